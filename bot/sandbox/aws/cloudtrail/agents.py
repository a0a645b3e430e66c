"""User agents as the tools send them, for seeded histories."""

CLI = (
    "aws-cli/2.15.30 md/awscrt#0.19.19 ua/2.0 os/macos#23.4.0 md/arch#arm64 lang/python#3.11.8 md/pyimpl#CPython "
    "cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#s3.ls"
)
CLI_LINUX = (
    "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.8.0-45-generic md/arch#x86_64 lang/python#3.11.9 "
    "md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/distrib#ubuntu.24 md/prompt#off "
    "md/command#dynamodb.list-tables"
)
TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) "
    "terraform-provider-aws/5.67.0 (+https://registry.terraform.io/providers/hashicorp/aws) "
    "aws-sdk-go-v2/1.30.5 ua/2.1 os/linux lang/go#1.22.6 md/GOOS#linux md/GOARCH#amd64 api/s3#1.61.2"
)
GITHUB = (
    "aws-sdk-js/3.621.0 ua/2.0 os/linux#6.8.0-1015-azure lang/js md/nodejs#20.13.1 api/sts#3.621.0 "
    "configure-aws-credentials-for-github-actions"
)
GITHUB_CLI = (
    "aws-cli/2.17.56 md/awscrt#0.21.2 ua/2.0 os/linux#6.8.0-1015-azure md/arch#x86_64 lang/python#3.12.6 "
    "md/pyimpl#CPython exec-env/GitHubActions cfg/retry-mode#standard md/command#ecr.get-login-password"
)
BOTO3_ON_EC2 = (
    "Boto3/1.34.162 md/Botocore#1.34.162 ua/2.0 os/linux#6.1.109-118.189.amzn2023.x86_64 md/arch#x86_64 "
    "lang/python#3.9.16 md/pyimpl#CPython exec-env/EC2 cfg/retry-mode#legacy Botocore/1.34.162"
)
BOTO3_ON_LINUX = (
    "Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux#6.8.0-1018-generic md/arch#x86_64 lang/python#3.11.9 "
    "md/pyimpl#CPython cfg/retry-mode#standard Botocore/1.34.84"
)
BOTO3_ON_WINDOWS = (
    "Boto3/1.35.10 md/Botocore#1.35.10 ua/2.0 os/windows#10 md/arch#amd64 lang/python#3.12.5 md/pyimpl#CPython "
    "cfg/retry-mode#legacy Botocore/1.35.10"
)
CONSOLE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36"
)
