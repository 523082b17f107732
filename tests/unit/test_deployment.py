"""Image, compose file, CI and hooks against what they name: no engine runs here, so they are read."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.cli import app as cli
from app.commands.reach import OLDEST_SERVER
from app.core.config import Settings
from app.main import create_app

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
CI = (ROOT / ".ci" / "run").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
OURS = ("migrate", "api", "worker")
SETTING_NAMES = {str(field.validation_alias or f"HUB_{name.upper()}") for name, field in Settings.model_fields.items()}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, continued lines joined, comments left out."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(name, rest) for line in joined.splitlines() if line.strip() for name, rest in [line.split(None, 1)]]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for name, rest in instructions():
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


def copied() -> list[str]:
    """What the build context must hold."""
    return [
        source
        for name, rest in instructions()
        if name == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]


def target(name: str) -> str:
    """The recipe of a target of the Makefile, its variables included."""
    found = re.search(rf"^{name}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found, f"no target {name}"
    return found[1]


def command_names() -> set[str]:
    return set(get_command(cli).commands)  # type: ignore[attr-defined]  # typer's group has it


def parsed_command(words: list[str]) -> None:
    """Parse `hub ...` as the command line does; it raises on an unknown command or option."""
    group = get_command(cli)
    command = group.commands[words[0]]  # type: ignore[attr-defined]  # typer's group has it
    command.make_context(words[0], words[1:])


def test_the_image_and_make_install_the_same_lock_in_the_same_way() -> None:
    runs = [rest for name, rest in stages()[0] if name == "RUN"]
    installs = [rest for rest in runs if "--requirement" in rest]
    assert len(installs) == 1
    lock = re.search(r"^RUNTIME := (\S+)$", MAKEFILE, re.MULTILINE)
    assert lock
    assert installs[0].split()[-1] == lock[1]
    assert lock[1] in copied()
    for flag in ("--no-deps", "--require-hashes"):
        assert flag in installs[0]
        assert re.search(rf"^INSTALL = .*{flag}", MAKEFILE, re.MULTILINE)
    assert any("--no-build-isolation --editable ." in rest for rest in runs)
    assert "--no-build-isolation --editable ." in MAKEFILE
    assert not [rest for stage in stages()[1:] for _, rest in stage if "pip install" in rest]


def test_every_locked_package_has_a_hash_and_the_locks_name_no_host() -> None:
    for name in ("runtime", "dev"):
        text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
        entries = re.findall(
            r"^([a-zA-Z0-9_.-]+)==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", text, re.MULTILINE
        )
        assert len(entries) == len(re.findall(r"^[a-zA-Z0-9_.-]+==", text, re.MULTILINE)) > 20
        assert "://" not in text
        assert "--index-url" not in text


def test_the_runtime_lock_holds_every_declared_dependency() -> None:
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements/runtime.lock").read_text("utf-8"), re.MULTILINE))
    declared = {re.split(r"[\[><=~ ]", line)[0] for line in PROJECT["project"]["dependencies"]}
    declared |= set((ROOT / "requirements" / "build.in").read_text("utf-8").split())
    assert declared <= locked


def test_the_development_lock_chooses_the_versions_of_the_runtime_lock() -> None:
    pinned = [
        dict(
            re.findall(
                r"^([a-z0-9.-]+)==(\S+)",
                (ROOT / f"requirements/{name}.lock").read_text("utf-8"),
                re.MULTILINE,
            )
        )
        for name in ("runtime", "dev")
    ]
    assert {name: pinned[1].get(name) for name in pinned[0]} == pinned[0]


def test_the_image_runs_the_python_that_the_project_asks_for_in_every_stage() -> None:
    bases = [rest.split()[0] for name, rest in instructions() if name == "FROM"]
    assert len(bases) >= 2
    assert {base.split(":")[1].split("-")[0] for base in bases} == {
        PROJECT["project"]["requires-python"].removeprefix(">=")
    }


def test_everything_that_is_copied_exists_and_is_let_in() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    assert ignored[1] == "*"
    for source in copied():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored, source


def test_the_image_runs_as_an_ordinary_account_that_owns_only_the_data() -> None:
    last = stages()[-1]
    users = [rest for name, rest in last if name == "USER"]
    assert len(users) == 1
    assert int(users[0].split(":")[0]) >= 1000
    assert [name for name, _ in last].index("USER") < [name for name, _ in last].index("ENTRYPOINT")
    assert not [rest for name, rest in last if name == "COPY" and "--chown" in rest]


def test_the_health_check_asks_what_the_contract_has_with_what_the_image_has() -> None:
    (check,) = [rest for name, rest in stages()[-1] if name == "HEALTHCHECK"]
    words = json.loads(check[check.index("[") :])
    assert words[0] == "python"
    path = re.search(r"127\.0\.0\.1:(\d+)(/\w+)", words[-1])
    assert path
    compile(words[-1], "healthcheck", "exec")
    paths = create_app(Settings(secret_key="x" * 40)).openapi()["paths"]
    assert path[2] in paths
    (serve,) = [json.loads(rest) for name, rest in stages()[-1] if name == "CMD"]
    assert serve[serve.index("--port") + 1] == path[1]
    assert [rest for name, rest in stages()[-1] if name == "EXPOSE"] == [path[1]]


def test_the_image_and_compose_run_commands_that_exist() -> None:
    last = dict(stages()[-1])
    assert json.loads(last["ENTRYPOINT"]) == list(PROJECT["project"]["scripts"])
    parsed_command(json.loads(last["CMD"]))
    for name in OURS:
        parsed_command(COMPOSE["services"][name]["command"])


def test_images_and_compose_set_settings_that_exist() -> None:
    for stage in stages():
        for name, rest in stage:
            if name == "ENV":
                keys = {word.split("=")[0] for word in shlex.split(rest)}
                assert {key for key in keys if key.startswith(("HUB_", "DATABASE"))} <= SETTING_NAMES
    for name in OURS:
        assert set(COMPOSE["services"][name]["environment"]) <= SETTING_NAMES


def test_compose_settings_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"POSTGRES_PASSWORD": "a-password", "HUB_SECRET_KEY": "k" * 48}
    for name, value in COMPOSE["services"]["api"]["environment"].items():
        filled = re.sub(
            r"\$\{(\w+)(?::[?-]([^}]*))?\}",
            lambda m: values.get(m[1]) or m[2] or pytest.fail(m[1]),
            str(value),
        )
        monkeypatch.setenv(name, filled)
    settings = Settings()
    assert settings.database_url == "postgresql+asyncpg://hub:a-password@database:5432/hub"
    assert settings.pool_size * 2 + settings.pool_size <= 70  # two API processes and a worker, of 100


def test_compose_starts_in_order_and_only_the_api_is_reachable() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"database", *OURS}
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert [name for name in services if "ports" in services[name]] == ["api"]
    published, inside = services["api"]["ports"][0].rsplit(":", 1)
    assert published.startswith("127.0.0.1:")
    assert inside == dict(stages()[-1])["EXPOSE"]


def test_compose_runs_a_new_enough_postgresql_and_no_secret_of_its_own() -> None:
    assert int(COMPOSE["services"]["database"]["image"].split(":")[1]) * 10_000 >= OLDEST_SERVER
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|URL", name) and name != "HUB_PUBLIC_BASE_URL":
                assert ":?" in str(value), name


def test_compose_gives_up_what_the_hub_does_not_need() -> None:
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["build"]["context"] == ".."


@pytest.mark.parametrize("name", ["help", "install", "demo", "test", "check", "serve", "openapi", "bench"])
def test_make_has_the_target_and_tells_of_it(name: str) -> None:
    assert re.search(rf"^{name}:.*## \w", MAKEFILE, re.MULTILINE)
    assert re.search(rf"^\.PHONY: {name}$", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("name", ["demo", "serve", "openapi", "bench"])
def test_make_runs_commands_that_exist(name: str) -> None:
    words = shlex.split(target(name).split("$(BIN)/hub", 1)[1])
    assert words[0] in command_names()


def test_demo_needs_only_what_running_needs() -> None:
    assert re.search(r"^demo: \$\(RUNTIME_STAMP\) ##", MAKEFILE, re.MULTILINE)
    assert "$(ARGS)" in target("demo")
    assert re.search(r"^test: \$\(DEV_STAMP\) ##", MAKEFILE, re.MULTILINE)


def test_ci_makes_targets_that_exist_and_leaves_none_of_check_out() -> None:
    made = set(re.findall(r"\bmake ([a-z-]+)", CI))
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert made <= targets
    line = re.search(r"^check: ([a-z ]+)##", MAKEFILE, re.MULTILINE)
    assert line
    assert set(line[1].split()) <= made
    assert "test" in target("coverage")
    assert "set -euo pipefail" in CI


def test_hooks_are_local_and_run_what_is_installed() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert [entry["repo"] for entry in repositories] == ["local"]
    installed = (ROOT / "requirements" / "dev.lock").read_text("utf-8")
    packages = {"ruff": "ruff", "mypy": "mypy", "lint-imports": "import-linter"}
    for hook in repositories[0]["hooks"]:
        assert hook["language"] == "system"
        program, *words = hook["entry"].removeprefix(".venv/bin/").split()
        if program == "hub":
            parsed_command(words)
        else:
            assert f"\n{packages[program]}==" in f"\n{installed}"


def test_the_npm_lock_pins_every_package_and_names_no_host() -> None:
    folder = ROOT / "tests" / "judges"
    wanted = json.loads((folder / "package.json").read_text("utf-8"))["devDependencies"]
    text = (folder / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in entry for path, entry in packages.items() if path)
    assert "://" not in text
