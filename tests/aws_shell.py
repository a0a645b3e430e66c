"""A real shell in which `aws` is a stub: lines run as they are printed, and the test answers each call.

The stub sends its arguments to the test's process, so a line needs no AWS CLI and no start of Python.
"""

import json
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jmespath
from botocore import xform_name

STUB = """#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/{port}
printf '%s\\0' $(($# + 2)) "${{0##*/}}" "$PWD" "$@" >&3
read -r code <&3
cat <&3
exit "$code"
"""
PROGRAMS = ("aws", "gh", "glab", "jq")

Answer = Callable[[str, Path, list[str]], str]


@dataclass
class Shell:
    """`calls` are the program and arguments of each call."""

    folder: Path
    calls: list[list[str]] = field(default_factory=list)

    def run(self, *lines: str, **variables: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "HOME": str(self.folder), **variables}
        script = "set -eu\n" + "\n".join(lines)
        return subprocess.run(
            ["bash", "--norc", "-c", script], cwd=self.folder, env=env, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip


@contextmanager
def shell(folder: Path, answer: Answer = lambda *_: "") -> Iterator[Shell]:
    made = Shell(folder)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            program, cwd, *arguments = (self._word() for _ in range(int(self._word())))
            made.calls.append([program, *arguments])
            try:
                said = f"0\n{answer(program, Path(cwd), arguments)}"
            except Exception as error:  # noqa: BLE001  # whatever it is, the line failed
                said = f"255\n{error}"
            self.wfile.write(said.encode())

        def _word(self) -> str:
            read = iter(lambda: self.rfile.read(1), b"\0")
            return b"".join(read).decode()

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        (folder / "bin").mkdir()
        for each in PROGRAMS:
            stub = folder / "bin" / each
            stub.write_text(STUB.format(port=server.server_address[1]))
            stub.chmod(0o755)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def through_boto3(client: Callable[[str], Any]) -> Answer:
    """Each call as the AWS CLI makes it: options by the service's model, --query by JMESPath, text or JSON out."""

    def answer(program: str, cwd: Path, arguments: list[str]) -> str:
        assert program == "aws", program
        service, operation, *rest = arguments
        made = client(service)
        name = made.meta.method_to_api_mapping[operation.replace("-", "_")]
        shape = made.meta.service_model.operation_model(name).input_shape
        options = _options(rest)
        query, output = options.pop("query", [None])[0], options.pop("output", ["json"])[0]
        options.pop("region", None)
        members = {xform_name(each, "-"): (each, kind) for each, kind in shape.members.items()}
        words = {members[key][0]: _value(members[key][1], value, cwd) for key, value in options.items()}
        found = getattr(made, operation.replace("-", "_"))(**words)
        found.pop("ResponseMetadata", None)
        found = jmespath.search(query, found) if query else found
        return _text(found) if output == "text" else json.dumps(found, default=str)

    return answer


def _options(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in words:
        if each.startswith("--"):
            found[each[2:]] = []
        else:
            found[list(found)[-1]].append(each)
    return found


def _value(shape: Any, words: list[str], cwd: Path) -> Any:
    match shape.type_name:
        case "boolean":
            return True
        case "list":
            return words
        case "structure":
            return dict(each.split("=", 1) for each in words[0].split(","))
    text = words[0]
    return (cwd / text.removeprefix("file://")).read_text() if text.startswith("file://") else text


def _text(found: Any) -> str:
    rows = found if isinstance(found, list) else [found]
    lines = ["\t".join(map(str, each)) if isinstance(each, list) else str(each) for each in rows if each is not None]
    return "\n".join(lines) + ("\n" if lines else "")
