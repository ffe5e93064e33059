"""The command line of the course: `python3 -m graphrec_utils COMMAND`.

Any Python from 3.6 on runs this file, if only to say that 3.11 is needed: nothing newer is used in
it, and everything else is imported after that sentence.
"""

import os
import sys

PROGRAM = "python3 -m graphrec_utils"
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# name: (what it does, the module that does it, the packages it needs)
# The module's `main` takes the arguments after the name and returns 0 (fine), 1 (the user's result
# is negative) or 2 (it could not run). Packages: a kind of `environment.KINDS` that must be there
# before the module can be imported, or None: the standard library is enough, or it asks itself.
COMMANDS = {
    "lab": ("open the lessons in JupyterLab", "graphrec_utils.cli.lab", None),
    "test": ("run the test suite", "graphrec_utils.cli.test", None),
    "doctor": ("say what is missing and how to get it", "graphrec_utils.cli.doctor", None),
    "build": ("make notebooks from solutions/", "graphrec_utils.authoring.lesson.build", "test"),
    "grade": ("grade submitted notebooks", "graphrec_utils.grading.command", "lab"),
    "progress": ("show how far you are", "graphrec_utils.exercises.dashboard", "lab"),
    "reset": ("restore a lesson, keeping yours", "graphrec_utils.cli.reset", None),
    "update": ("get the newest lessons, keeping yours", "graphrec_utils.cli.update", None),
    "slides": ("lessons as slides", "graphrec_utils.authoring.slides.slides", "test"),
    "site": ("the lessons as a website", "graphrec_utils.authoring.site.site", "test"),
    "export": ("lessons for other graders", "graphrec_utils.authoring.export", "test"),
    "bench": ("compare our engines", "graphrec_utils.cli.bench", "lab"),
    "data": ("list, fetch or verify data sets", "graphrec_utils.cli.data", "lab"),
    "advise": ("compare methods on a table of your own", "graphrec_utils.advise.command", "lab"),
}
ROLES = {  # who uses what: the order of --help
    "to learn": ("lab", "progress", "update", "reset", "data", "doctor"),
    "to use": ("advise",),
    "to teach": ("grade", "slides", "export"),
    "to write lessons": ("build", "site", "test", "bench"),
}


def main(argv=None):
    """Run one command and return its exit code; no foreseeable failure shows a traceback."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if sys.version_info < (3, 11):
        found = "{}.{}".format(*sys.version_info[:2])
        return refuse(f"the course needs Python 3.11 or newer and this is {found}: {newer(argv)}")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without ✓ shows ? and goes on
    try:
        code = answer(argv)
        sys.stdout.flush()  # here, where a closed pipe is expected, not at the interpreter's end
        return code
    except BrokenPipeError:  # `... | head` has read enough; nobody listens to the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def answer(argv):
    """Do what was asked and return its exit code."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    if argv[0] not in COMMANDS:
        return refuse(unknown(argv[0]))
    from graphrec_utils.cli.setup.environment import CannotRun

    try:
        return run(argv[0], argv[1:])
    except CannotRun as error:
        return refuse(str(error))
    except KeyboardInterrupt:
        return refuse("stopped", 130)


def run(name, arguments):
    """Import a command's module, in an environment that has its packages, and call it."""
    import importlib

    from graphrec_utils import paths
    from graphrec_utils.cli.setup import bootstrap
    from graphrec_utils.cli.setup.environment import CannotRun

    sentence, module, kind = COMMANDS[name]
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    asks = "-h" in own or "--help" in own
    if kind == "test" and not asks:  # what is for authors is installed for those who want it
        bootstrap.ask(kind, [name, *own])
    if kind and not asks:  # to ask for help installs nothing
        bootstrap.ensure(kind, [name, *arguments])
    try:
        call = importlib.import_module(module).main
    except ImportError as error:
        if not (kind and asks):
            raise CannotRun(f"{error}; `{PROGRAM} doctor` tells what is missing") from None
        if paths.root() and bootstrap.ready(kind):
            bootstrap.ensure(kind, [name, *arguments])
        print(f"{name}: {sentence}\nIts options can be shown after the set-up: {PROGRAM} lab")
        return 0
    try:
        return call(arguments)
    except SystemExit as end:  # argparse ends so: 0 after --help, 2 after a wrong option
        return end.code if isinstance(end.code, int) else 2


def usage():
    """Return the text of --help."""
    width = max(len(name) for name in COMMANDS)
    rows = []
    for role, names in ROLES.items():
        rows += [f"{role}:", *(f"  {name.ljust(width)}  {COMMANDS[name][0]}" for name in names), ""]
    rows.pop()
    head = [f"usage: {PROGRAM} COMMAND [arguments]", ""]
    tail = ["", f"example: {PROGRAM} lab 06", f"{PROGRAM} COMMAND --help tells more about one."]
    return "\n".join(head + rows + tail)


def unknown(name):
    """Return the sentence for a command that does not exist, with the nearest one that does."""
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(COMMANDS)}"
    return f"there is no command {name!r}; {hint}"


def newer(argv):
    """Return what to do about a Python that is too old, naming a newer one if there is one."""
    import subprocess

    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        try:
            # run it: the shim of a version manager can exist for a Python that is not active
            code = subprocess.call([name, "-c", ""], stderr=subprocess.DEVNULL)
        except OSError:
            continue
        if code == 0:
            return f"try {name} -m graphrec_utils {' '.join(argv)}".rstrip()
    return "get a newer one from python.org or from your system's packages"


def refuse(sentence, code=2):
    """Print why a command cannot run and return the exit code."""
    end = "" if sentence.endswith(("?", "!")) else "."
    sys.stderr.write(f"graphrec_utils: {sentence.rstrip('.')}{end}\n")
    return code


if __name__ == "__main__":
    if (
        not __package__
    ):  # run as a folder, `python3 path/graphrec_utils`: put its parent on the path
        sys.path[0] = FOLDER
    sys.exit(main())
