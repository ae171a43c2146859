"""The `naba` command: annotation's commands, and training's, whose arguments go to Hydra as they came."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import version
from inspect import getdoc
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.markup import escape
from typer.rich_utils import rich_format_error

from annotation import cli as annotation
from annotation import terminal
from annotation.commands.options import AsJson, Project, Workspace, load_ontology
from annotation.core.errors import MachineError, NabaError
from annotation.core.system_errors import exit_code, naba_error, of_library
from annotation.formats.document_lines import DocumentLines

app = typer.Typer(
    name="naba",
    help="From raw Hebrew and Arabic articles to a released event-extraction model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

learning = typer.Typer()

LEARN = "Learn (arguments go to Hydra: see naba train --help)"
HYDRA = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def _learning_command(
    function: Callable[..., None], *, context_settings: dict[str, object] | None = None
) -> Callable[..., None]:
    """Register a command under `LEARN`; rich would take the square brackets of its docstring for markup."""
    register = learning.command(
        rich_help_panel=LEARN, help=escape(getdoc(function) or ""), context_settings=context_settings
    )
    return register(function)


def _hydra_command(function: Callable[[typer.Context], None]) -> Callable[[typer.Context], None]:
    """Register a command whose arguments go to Hydra."""
    return _learning_command(function, context_settings=HYDRA)


def _version(asked: bool) -> None:
    if asked:
        terminal.say(f"naba {version('naba')}")
        raise typer.Exit


@app.callback()
def common(
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only results and warnings.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Everything, libraries included.")] = False,
    show_version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Options of every command, which come before its name."""
    terminal.configure(quiet=quiet, verbose=verbose)


@app.command(rich_help_panel="Start here")
def demo(workspace: Workspace = Path("workspace")) -> None:
    """Run the whole trip on the bundled sample, printing each command as it runs it."""
    from training.commands.demo import run

    run(workspace)


@_hydra_command
def audit(context: typer.Context) -> None:
    """What of the marks a model could learn, and what not: naba audit snapshot=... [encoder=...] [output=audit.json]"""
    from training.commands.hydra_main import audit_main

    audit_main(context.args)


@_hydra_command
def pretrain(context: typer.Context) -> None:
    """Learn from raw articles, without labels, before training: naba pretrain input=FOLDER output=tables"""
    from training.commands.hydra_main import pretrain_main

    pretrain_main(context.args)


@_hydra_command
def train(context: typer.Context) -> None:
    """Fine-tune a model: naba train snapshot=snapshots/NAME [experiment=compact] [encoder=hub encoder.name=...]"""
    from training.commands.hydra_main import train_main

    train_main(context.args)


@_hydra_command
def curve(context: typer.Context) -> None:
    """Would more labels help, and of which types: naba curve snapshot=... [experiment=compact] [seeds=[1,2,3]]"""
    from training.commands.hydra_main import curve_main

    curve_main(context.args)


@_hydra_command
def evaluate(context: typer.Context) -> None:
    """Score a model and write its report: naba evaluate model=... snapshot=... [split=test]"""
    from training.commands.hydra_main import evaluate_main

    evaluate_main(context.args)


@_learning_command
def runs(
    folder: Annotated[Path, typer.Argument(help="A folder with runs in it, such as outputs or multirun/NAME.")],
    as_json: AsJson = False,
) -> None:
    """Runs beside each other, the best first: scores, and only the settings that differ: naba runs outputs [--json]"""
    from training.commands.runs import runs_command

    runs_command(folder, as_json=as_json)


@_learning_command
def score(
    gold: Annotated[Path, typer.Argument(help="Documents (.jsonl, .jsonl.gz), or TextEE's JSON.")],
    predicted: Annotated[Path, typer.Argument(help="The same Documents as somebody else marked them.")],
    against: Annotated[Path | None, typer.Option(help="What another model marked: how much changed from it.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Partial matches, boundaries, links, attributes too.")] = False,
    ontology: Annotated[str | None, typer.Option(help="What both were marked by; needed for attributes.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; else as many as there are cores.", min=1)] = None,
    gates: Annotated[str, typer.Option(help="Gates, or a .yaml file, that say when a change counts.")] = "default",
    as_json: AsJson = False,
) -> None:
    """Score predicted Documents against gold: naba score gold.jsonl predicted.jsonl [--json]"""
    from training.commands.score import score_command
    from training.release.gates import load_gates
    from training.scoring.parallel_scoring import ScoringTask

    labels = load_ontology(ontology) if ontology else None
    task = ScoringTask(DocumentLines(gold), DocumentLines(predicted), further=full, ontology=labels)
    drops = load_gates(gates).drops if against else None
    other = DocumentLines(against) if against else None
    score_command(task, other, drops=drops, workers=workers, as_json=as_json)


@_hydra_command
def predict(context: typer.Context) -> None:
    """Mark events in Documents: naba predict model=... input=docs.jsonl output=predicted.jsonl"""
    from training.commands.hydra_main import predict_main

    predict_main(context.args)


@_hydra_command
def drift(context: typer.Context) -> None:
    """Are new articles still like those it was trained on: naba drift model=... input=new.jsonl [output=FOLDER]"""
    from training.commands.hydra_main import drift_main

    drift_main(context.args)


@_hydra_command
def backend(context: typer.Context) -> None:
    """Let a model answer while people label: naba backend model=... [project=NAME] [port=9090]"""
    from training.commands.hydra_main import backend_main

    backend_main(context.args)


@_learning_command
def watch(
    project: Project,
    changes: Annotated[
        list[str] | None, typer.Argument(help="Settings that are different, such as every=10 or training=[fit=quick].")
    ] = None,
    settings: Annotated[str, typer.Option(help="A preset of conf/watch, or a .yaml file.")] = "default",
    once: Annotated[bool, typer.Option("--once", help="One look, and what is due; then end.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due; nothing is written.")] = False,
    workspace: Workspace = Path("workspace"),
) -> None:
    """The loop that goes round by itself: naba watch --project P [--once] [--dry-run] [every=20] [interval=60]

    As annotators hand in: pull, check, show findings. After so many new gold articles: snapshot, train, compare on dev;
    and only if the new model is not worse: predict, suggest, order the tasks. Tasks that somebody has open or a draft
    in are left alone. It can be killed and goes on; what it did and why is in projects/ID/watch/journal.jsonl there.
    """
    from training.commands.watch.run import WatchTask
    from training.commands.watch.run import watch as watching
    from training.commands.watch.training_settings import check_training
    from training.config.watching import load_watch_settings

    loop = load_watch_settings(settings, changes or ())
    check_training(loop.training)
    watching(WatchTask(project, workspace, loop, once, dry_run))


@_hydra_command
def onnx(context: typer.Context) -> None:
    """Write a model as graphs that ONNX Runtime reads, and naba predict too: naba onnx model=... [output=FOLDER]"""
    from training.commands.hydra_main import onnx_main

    onnx_main(context.args)


@_hydra_command
def release(context: typer.Context) -> None:
    """Release a model that the gates let pass: naba release version=1.0 model=... snapshot=... | --verify VERSION"""
    from training.commands.hydra_main import release_main, verify_main

    if "--verify" in context.args:
        words = [word for word in context.args if word != "--verify"]
        verify_main([word if "=" in word or word.startswith("-") else f"version={word}" for word in words])
    else:
        release_main(context.args)


@_learning_command
def publish(
    version: Annotated[str, typer.Argument(help="A version that naba release made.")],
    to: Annotated[str, typer.Option(help="A folder that is new, or hub:OWNER/NAME.")],
    releases: Annotated[Path, typer.Option(help="Where releases are kept.")] = Path("releases"),
    snapshot: Annotated[Path | None, typer.Option(help="Its dataset, where it is no longer where it was.")] = None,
    with_text: Annotated[bool, typer.Option("--with-text", help="The articles' text too; else marks alone.")] = False,
    licence: Annotated[
        str | None, typer.Option("--licence", "--license", help="What you publish under; else what the articles say.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="New repositories of the hub are for anybody.")] = False,
) -> None:
    """Hand a release on, model and dataset with their cards: naba publish VERSION --to FOLDER|hub:OWNER/NAME

    FOLDER opens with from_pretrained, and with load_dataset. The articles' text and the names of annotators stay here.
    """
    from training.commands.publish import PublishTask
    from training.commands.publish import publish as hand_on

    hand_on(PublishTask(version, to, releases, snapshot, with_text, licence, public))


app.add_typer(annotation.app)
app.add_typer(learning)


_ClickError = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""The base of errors about a command line, in typer's own copy of click or in click itself."""


def main() -> None:
    """Run a command; the one place where errors become a line and an exit code."""
    terminal.prepare()
    try:
        code = _run()
        terminal.flush()
    except NabaError as error:
        terminal.fail(str(error))
        code = exit_code(error)
    except OSError as error:
        told = naba_error(error)
        terminal.fail(str(told))
        code = told.exit_code
    except MemoryError:
        terminal.fail("the memory is full; give it less at a time, or close other programs")
        code = MachineError.exit_code
    except Exception as error:
        if (behind := of_library(error)) is None:
            raise
        told = naba_error(behind)
        terminal.fail(str(told))
        code = told.exit_code
    sys.exit(code)


def _run() -> int:
    """Run the command, and return its exit code where it ended without an error of ours."""
    try:
        ended = app(standalone_mode=False)
    except typer.Abort:
        terminal.fail("aborted")
        return 1
    except Exception as error:
        if not isinstance(error, _ClickError):
            raise
        wrong = cast(typer.BadParameter, error)
        wrong.message = terminal.one_line(wrong.message)
        rich_format_error(wrong)
        return int(wrong.exit_code)
    return ended if isinstance(ended, int) else 0
