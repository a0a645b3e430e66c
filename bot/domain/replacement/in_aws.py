"""A role in the place of a key that an instance, a task or a function of AWS uses: five steps."""

from collections.abc import Callable, Mapping

from bot.domain.replacement.shell import Ask, Raw, aws, line
from bot.domain.replacement.steps import (
    Step,
    StepName,
    Target,
    assumed,
    permissions,
    policy,
    remove,
    role,
    trust,
)

BASIC_FUNCTION = "policy/service-role/AWSLambdaBasicExecutionRole"
SERVICES = {StepName.ATTACH_FUNCTION: "lambda", StepName.ATTACH_TASK: "ecs-tasks", StepName.ATTACH_INSTANCE: "ec2"}


def runs_as(runs_on: str) -> StepName:
    """How a role reaches the program: from the AWS_EXECUTION_ENV of its user agent, else as an instance's."""
    seen = runs_on.casefold()
    if "lambda" in seen:
        return StepName.ATTACH_FUNCTION
    return StepName.ATTACH_TASK if "ecs" in seen or "fargate" in seen else StepName.ATTACH_INSTANCE


def steps(target: Target) -> tuple[Step, ...]:
    """The five steps: role and whom it trusts, permissions, attach, remove the key."""
    attach = runs_as(target.runs_on)
    service = f"{SERVICES[attach]}.amazonaws.com"
    trusted = policy(assumed({"Service": service}, "sts:AssumeRole"))
    return (trust(trusted), role(target), permissions(target), ATTACH[attach](target), remove())


def _instance(target: Target) -> Step:
    profile = ("--instance-profile-name", target.role)
    instance = Ask("INSTANCE_ID", "the id of the instance, like i-0123456789abcdef0")
    to = ("--instance-id", instance, "--iam-instance-profile", f"Name={target.role}")
    return Step(
        StepName.ATTACH_INSTANCE,
        (
            aws("iam", "create-instance-profile", *profile),
            aws("iam", "add-role-to-instance-profile", *profile, "--role-name", target.role),
            aws("ec2", "associate-iam-instance-profile", *to, *target.in_region),
        ),
    )


def _task(target: Target) -> Step:
    """A task definition can't be changed, so a new revision is registered."""
    name = Ask("TASK_DEFINITION", "the family of the task definition")
    read = aws("ecs", "describe-task-definition", "--task-definition", name, *target.in_region, "--query")
    drop = "del(.taskDefinitionArn,.revision,.status,.requiresAttributes,.compatibilities,.registeredAt,.registeredBy)"
    change = line("jq", "--arg", "role", target.arn(f"role/{target.role}"), f".taskRoleArn = $role | {drop}")
    register = aws("ecs", "register-task-definition", *target.in_region, "--cli-input-json", "file://task.json")
    service = ("--cluster", Ask("CLUSTER", "the cluster"), "--service", Ask("SERVICE", "the service"))
    update = aws("ecs", "update-service", *service, "--task-definition", name, *target.in_region)
    return Step(StepName.ATTACH_TASK, (f"{read} taskDefinition --output json | {change} > task.json", register, update))


def _function(target: Target) -> Step:
    """A function writes its logs with its role."""
    logs = f"arn:{target.partition}:iam::aws:{BASIC_FUNCTION}"
    function = ("--function-name", Ask("FUNCTION_NAME", "the name of the function"))
    update = aws("lambda", "update-function-configuration", *function, "--role", target.arn(f"role/{target.role}"))
    return Step(
        StepName.ATTACH_FUNCTION,
        (
            aws("iam", "attach-role-policy", "--role-name", target.role, "--policy-arn", logs),
            line(Raw(update), *target.in_region),
        ),
    )


ATTACH: Mapping[StepName, Callable[[Target], Step]] = {
    StepName.ATTACH_INSTANCE: _instance,
    StepName.ATTACH_TASK: _task,
    StepName.ATTACH_FUNCTION: _function,
}
