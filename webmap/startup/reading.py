"""Read the environment once, typed; refuse a wrong value by the name of its variable.

``python -m webmap.startup.reading`` does nothing else, for the scripts: it is quick, for it
loads no site.
"""

import os
import sys
from collections.abc import Mapping
from functools import cache
from io import StringIO
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from dotenv import load_dotenv
from dotenv.parser import parse_stream
from pydantic import ValidationError

from spatial.city import ProfileError, city
from spatial.refusals import refusals
from webmap.startup.environment import MOVED, SECRET, Environment

ENV_FILE = Path(__file__).resolve().parents[2] / ".env"


def read_environment(values: Mapping[str, str]) -> Environment:
    """The typed variables; an empty one counts as not set, an empty list as an empty list.

    Raises:
        ImproperlyConfigured: a value is wrong, or a variable has moved to the city profile.
    """
    for name, place in MOVED.items():
        if name in values:
            raise ImproperlyConfigured(
                f"环境变量 {name} 已移到城市配置文件的 {place}，请改在那里设置，并去掉这个变量"
                f" / {name} has moved to {place} in the city profile: set it there, unset it here"
            )
    known = {
        name: values[name]
        for name, field in Environment.model_fields.items()
        if name in values and (values[name] or isinstance(field.default, tuple))
    }
    try:
        return Environment.model_validate(known)
    except ValidationError as error:
        faults = "；".join(refusals(error, SECRET))
        raise ImproperlyConfigured(f"环境变量 / environment：{faults}") from None


def check_env_file(path: Path) -> None:
    """Let a file ``.env`` pass of which every line can be read, or that is not there.

    Raises:
        ImproperlyConfigured: it is not in UTF-8, cannot be opened, or a line is no setting.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except OSError as error:
        raise ImproperlyConfigured(
            f"文件 {path} 读不到（{error.strerror}）/ {path} cannot be read ({error.strerror})"
        ) from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(
            f"文件 {path} 不是 UTF-8 编码，请另存为 UTF-8 / {path} is not in UTF-8: save it so"
        ) from None
    for binding in parse_stream(StringIO(text)):
        if binding.error or (binding.key and binding.value is None):
            line = binding.original.line
            raise ImproperlyConfigured(
                f"文件 {path} 第 {line} 行不是“名称=值” / {path}, line {line} is no NAME=value"
            )


@cache
def environment() -> Environment:
    """The variables of this process and of ``.env``; a fault in the city profile shows here too."""
    check_env_file(ENV_FILE)
    load_dotenv(ENV_FILE, override=False, interpolate=False)
    read = read_environment(os.environ)
    try:
        city()
    except ProfileError as error:
        raise ImproperlyConfigured(str(error)) from error
    return read


def main() -> None:
    """Say what is wrong in one line, or nothing."""
    try:
        environment()
    except ImproperlyConfigured as error:
        sys.exit(f"✗ {error}")


if __name__ == "__main__":
    main()
