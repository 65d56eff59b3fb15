"""Templates whose unchanging parts are drawn once a language and not once a page.

Most of a page is the same for everybody who reads in one language: markup, words, pictures. The loader joins what
stands side by side of it into one piece, and puts the templates that are included by name where they are included.
What a template says and how it is written stay as they are.
"""

from collections.abc import Iterable, Iterator
from threading import RLock
from typing import Any

from django.template import Context, TemplateDoesNotExist
from django.template.base import FilterExpression, Node, NodeList, Template, TextNode
from django.template.defaulttags import CommentNode, IfNode
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# Tags that draw the same from the same constants, whoever reads.
FIXED_TAGS = frozenset({"icon", "kbd"})


class Loader(cached.Loader):
    """Django's cached loader; each template is folded before anybody sees it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._lock = RLock()
        self._folding: set[str] = set()

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        """The template, folded."""
        found = super().get_template(template_name, skip)
        if not hasattr(found, "folded"):
            with self._lock:
                self._fold_once(found)
        return found

    def _fold_once(self, found: Template) -> None:
        if hasattr(found, "folded") or str(found.name) in self._folding:
            return
        self._folding.add(str(found.name))
        try:
            self._fold(found.nodelist)
        finally:
            self._folding.discard(str(found.name))
        found.folded = True  # type: ignore[attr-defined]  # our mark on it

    def _fold(self, nodes: NodeList) -> None:
        laid: list[Node] = []
        for node in nodes:
            for inner in _inner(node):
                self._fold(inner)
            laid += self._included(node)
        nodes[:] = _joined(laid)

    def _included(self, node: Node) -> list[Node]:
        """The content of a template that is included by a constant name, or the node as it is."""
        if not isinstance(node, IncludeNode) or node.isolated_context or not _is_constant(node.template):
            return [node]
        name = str(node.template.var)
        if name in self._folding or name.startswith("."):
            return [node]
        try:
            content = self.get_template(name).nodelist
        except TemplateDoesNotExist:
            return [node]
        if content.get_nodes_by_type(BlockNode) or content.get_nodes_by_type(ExtendsNode):
            return [node]
        if all(isinstance(each, Constant | TextNode) for each in content):
            return list(content)
        return [With(node.extra_context, content)]


class Constant(Node):
    """Neighbours that are the same on every page in one language."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.drawn: dict[tuple[str | None, bool], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """The text, drawn at its first use."""
        key = get_language(), context.autoescape
        if key not in self.drawn:
            self.drawn[key] = NodeList(self.nodes).render(context)
        return self.drawn[key]


class With(Node):
    """An included template, with names of its own."""

    child_nodelists = ()

    def __init__(self, values: dict[str, FilterExpression], nodes: NodeList) -> None:
        self.values, self.nodes = values, nodes

    def render(self, context: Context) -> SafeString:
        """The content, with these values beside those of the page."""
        with context.push(**{name: value.resolve(context) for name, value in self.values.items()}):
            return self.nodes.render(context)


def _inner(node: Node) -> Iterator[NodeList]:
    if isinstance(node, IfNode):
        yield from (inner for _condition, inner in node.conditions_nodelists)
    else:
        yield from (found for name in node.child_nodelists if (found := getattr(node, name, None)) is not None)


def _joined(nodes: Iterable[Node]) -> list[Node]:
    found: list[Node] = []
    run: list[Node] = []
    for node in nodes:
        if isinstance(node, Constant):
            run += node.nodes
        elif _is_fixed(node):
            run.append(node)
        elif not isinstance(node, CommentNode):
            found += [*_as_one(run), node]
            run = []
    return [*found, *_as_one(run)]


def _as_one(run: list[Node]) -> list[Node]:
    return [Constant(run)] if len(run) > 1 or (run and not isinstance(run[0], TextNode)) else run


def _is_fixed(node: Node) -> bool:
    if isinstance(node, TranslateNode):
        said = node.filter_expression
        is_plain = node.asvar is None and node.message_context is None and not said.filters
        # Django wraps the literal of this tag into a variable.
        return is_plain and getattr(said.var, "literal", None) is not None
    if isinstance(node, StaticNode):
        return node.varname is None and _is_constant(node.path)
    if isinstance(node, SimpleNode):
        is_known = getattr(node.func, "__name__", "") in FIXED_TAGS and node.target_var is None
        return is_known and all(map(_is_constant, (*node.args, *node.kwargs.values())))
    return isinstance(node, TextNode)


def _is_constant(value: Any) -> bool:
    return isinstance(value, FilterExpression) and not value.is_var and not value.filters
