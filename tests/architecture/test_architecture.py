"""Rules of the house that no reviewer should have to remember."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, get_resolver

from eqfund.access import VERBS
from eqfund.activities import ACTIVITY
from eqfund.fields import EncryptedJSONField, EncryptedTextField
from eqfund.windows import ALWAYS

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ["eqfund", "screening", "attendance", "payments", "monitoring", "rehearsal"]
OPEN_PAGES = {"favicon": "a browser asks for it before anybody has signed in"}
LONGEST_FILE = 500
LONGEST_TEST = 600  # tables of cases


def layer(thing):
    """Where in LAYERS a model or view belongs; None for what is not ours."""
    first = thing.__module__.split(".")[0]
    return LAYERS.index(first) if first in LAYERS else None


# --- pages ------------------------------------------------------------------------------------


def pages(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pytest.param(pattern, id=f"{pattern.name}: {pattern.lookup_str}")
        else:
            yield from pages(pattern.url_patterns)


every_page = pytest.mark.parametrize("page", list(pages(get_resolver().url_patterns)))


@every_page
def test_a_page_requires_a_verb_or_says_why_it_is_open(page):
    verb = getattr(page.callback, "requires", None)

    if verb is None:
        assert getattr(page.callback, "open_because", None) or page.name in OPEN_PAGES
    else:
        assert verb in VERBS


# --- models -----------------------------------------------------------------------------------


def ours():
    return [model for model in apps.get_models() if layer(model) is not None]


def links(model):
    """The models of ours that `model` points at."""
    fields = [*model._meta.fields, *model._meta.many_to_many]
    return {f.related_model for f in fields if f.is_relation} & set(ours())


every_model = pytest.mark.parametrize("model", ours(), ids=lambda m: m._meta.label)


@every_model
def test_a_model_points_only_at_its_own_layer_or_below(model):
    assert all(layer(other) <= layer(model) for other in links(model))


def test_the_apps_of_monitoring_do_not_point_at_each_other():
    apart = [model for model in ours() if model.__module__.startswith("monitoring.")]
    crossing = [
        (model._meta.label, other._meta.label)
        for model in apart
        for other in links(model)
        if other in apart and other._meta.app_label != model._meta.app_label != "progress"
    ]
    assert crossing == []


@every_model
def test_a_model_says_where_its_rows_lie_or_why_all_may_read_them(model):
    scope = getattr(model._default_manager.all(), "scope", None)

    if scope is None:
        scoped_its_own_way = hasattr(model._default_manager.all(), "visible_to")
        assert scoped_its_own_way or getattr(model, "open_because", ""), "no scope, no reason"
        return
    assert hasattr(model._default_manager.all(), "visible_to")
    *steps, last = scope.split("__")
    here = model
    for step in steps:
        here = here._meta.get_field(step).related_model
    assert here._meta.get_field(last).db_collation == "C", "a range of paths needs byte order"


@every_model
def test_rows_about_a_pupil_or_a_school_can_be_scoped(model):
    about = {other.__name__ for other in links(model)} & {"Pupil", "School", "Enrolment"}

    if about and not getattr(model, "open_because", ""):
        assert hasattr(model._default_manager.all(), "visible_to")


@every_model
def test_a_model_has_a_docstring(model):
    assert not model.__doc__.startswith(f"{model.__name__}(")


@every_model
def test_a_model_declares_which_of_its_fields_are_personal(model):
    personal = model.__dict__.get("personal")
    fields = {field.name for field in model._meta.fields}
    hidden = {
        field.name
        for field in model._meta.fields
        if isinstance(field, EncryptedTextField | EncryptedJSONField)
    }

    assert isinstance(personal, set | frozenset), "personal = {names} (or set()) is missing"
    assert personal <= fields
    assert hidden <= personal, "an encrypted field is personal"


@every_model
def test_a_model_does_not_override_save(model):
    assert "save" not in model.__dict__
    assert "delete" not in model.__dict__


# --- actions ----------------------------------------------------------------------------------


def action_modules():
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in LAYERS:
            for found in pkgutil.walk_packages(config.module.__path__, f"{config.name}."):
                if "actions" in found.name.split("."):
                    yield config.label, importlib.import_module(found.name)


def public_functions():
    return {
        f"{label}.{name}": function
        for label, module in action_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if inspect.unwrap(function).__module__ == module.__name__ and not name.startswith("_")
    }


def actions():
    """The deeds of people and of the system; what has no `by` is a part of one (the ledger's)."""
    return {
        name: function
        for name, function in public_functions().items()
        if "by" in inspect.signature(function).parameters
    }


def test_every_action_has_its_activity_and_every_entry_its_action():
    assert set(actions()) - set(ACTIVITY) == set()
    assert set(ACTIVITY) - set(public_functions()) == set()


def test_every_activity_is_one_of_the_calendar():
    from eqfund.models import CalendarLine

    calendar = ROOT / "eqfund" / "data" / "calendars"
    lines = "".join(path.read_text(encoding="utf-8") for path in calendar.rglob("*.csv"))
    if not lines:
        pytest.skip("no calendar is shipped in eqfund/data/calendars")

    unknown = {a for a in ACTIVITY.values() if a != ALWAYS and not re.search(rf"\b{a}\b", lines)}
    assert unknown == set()
    assert CalendarLine.open_because


@pytest.mark.parametrize("name", sorted(actions()))
def test_an_action_is_told_who_acts_and_when_by_keyword(name):
    parameters = inspect.signature(actions()[name]).parameters

    assert "request" not in parameters
    for told in ("by", "at", "on"):
        if told in parameters:
            assert parameters[told].kind is inspect.Parameter.KEYWORD_ONLY


# --- code -------------------------------------------------------------------------------------


def python_files():
    return [
        path
        for folder in LAYERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def relative(path):
    return str(path.relative_to(ROOT))


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


every_file = pytest.mark.parametrize("path", python_files(), ids=relative)
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
    ("time", "time"),
    ("time", "localtime"),
}


@every_file
def test_only_the_clock_reads_the_time(path):
    if path == ROOT / "eqfund" / "clock.py":
        return
    reads = [
        f"{relative(path)}:{node.lineno} {node.value.id}.{node.attr}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCKS
    ]
    named = [
        f"{relative(path)}:{node.lineno} {node.arg}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add")
    ]
    assert reads + named == []


@every_file
def test_rules_import_nothing_of_django_models_or_the_clock(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    if not any(part.startswith("rules") for part in parts):
        return
    impure = re.compile(r"^(django|celery|redis|psycopg)\b|(^|\.)(models|clock|settings)(\.|$)")
    assert [name for name in imports(path) if impure.search(name)] == []


def imports(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


@every_file
def test_nobody_is_a_superuser_by_job(path):
    names = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(tree(path))}
    assert not {name for name in names if "superuser" in name}


@every_file
def test_there_are_no_signals_of_our_own(path):
    assert [name for name in imports(path) if "signals" in name.split(".")] == []


def committed_texts():
    kinds = {".py", ".html", ".css", ".js", ".sh", ".md"}
    left_out = {"node_modules", "var", "data", "migrations", "staticfiles"}
    return [
        path
        for folder in (*LAYERS, "templates", "static", "tests", "docs")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in kinds and not left_out & set(path.parts)
    ]


@pytest.mark.parametrize("path", committed_texts(), ids=relative)
def test_a_file_stays_short(path):
    if path.name == "GLOSSARY.md":
        return
    lines = path.read_text(encoding="utf-8").count("\n")
    longest = LONGEST_TEST if path.name.startswith("test_") else LONGEST_FILE
    assert lines <= longest, f"{lines} lines: split it by noun"


# --- templates --------------------------------------------------------------------------------

INLINE = re.compile(
    r"<script(?![^>]*\b(src|type=\"(application/json|speculationrules)\"))[^>]*>"
    r"|\son\w+=|\sstyle=|<style\b|hx-on|javascript:",
    re.IGNORECASE,
)


def templates():
    found = [*(ROOT / "templates").rglob("*.html")]
    for folder in LAYERS:
        found += (ROOT / folder).glob("**/templates/**/*.html")
    # letters are printed, and no policy of the browser's reads them
    return sorted(path for path in found if not {"letters", "pdf"} & set(path.parts))


@pytest.mark.parametrize("path", templates(), ids=relative)
def test_a_page_has_no_inline_script_or_style(path):
    found = [match.group() for match in INLINE.finditer(path.read_text(encoding="utf-8"))]
    assert found == [], "the content security policy forbids it: it would silently not work"
