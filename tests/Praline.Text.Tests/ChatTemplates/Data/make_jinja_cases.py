"""Renders the cases of jinja_cases.json with Jinja itself, in the environment that transformers 4.46 builds for chat templates.

Run: python3 make_jinja_cases.py > jinja_cases.json   (needs jinja2 only)
"""
import datetime
import json
import sys

import jinja2
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2024, 3, 7, 16, 5, 9)


class Generation(Extension):
    """{% generation %} as a plain block: transformers only records where its text lies."""
    tags = {"generation"}

    def parse(self, parser):
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(lineno)

    def _render(self, caller):
        return caller()


def raise_exception(message):
    raise TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception
env.globals["strftime_now"] = lambda f: NOW.strftime(f)

VARIABLES = {
    "tools": None, "documents": None, "x": 3, "y": -7, "f": 2.5, "s": "Hello, wörld! 😀 it's", "t": True, "n": None, "empty": [],
    "l": [3, 1, 2], "words": ["banana", "Apple", "cherry", "apple"], "d": {"b": 1, "a": [1, {"k": "v"}], "C": None},
    "people": [
        {"name": "Ann", "age": 31, "role": "user", "pet": {"kind": "cat"}},
        {"name": "bob", "age": 25, "role": "assistant"},
        {"name": "Cy", "age": 31, "role": "user", "pet": {"kind": "dog"}},
    ],
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What <is> it?"}]},
        {"role": "assistant", "content": "A cat.\n\nTwo lines."},
    ],
    "add_generation_prompt": True,
}

EXPRESSIONS = r"""
x + y * 2
(x + y) * 2
7 // 2
-7 // 2
7 % -3
-7 % 3
7 / 2
8 / 2
2 ** 10
2 ** -1
-2 ** 2
1.5 + 1
1e3
1.0
1e16
1e15
123456789012345680.0
0.1 + 0.2
1e-5
0.0001
-0.0
10 // 3.0
7.5 % 2
1_000 + 0x10 + 0b11
x == 3 and y < 0 or f
not x
not n
x < 5 < 10
x < 5 > 10
1 == 1.0
1 == true
'a' < 'b'
[1, 2] < [1, 3]
(1, 2) == (1, 2)
'ell' in s
'zz' not in s
'a' in d
3 in l
x in [1, 2]
s ~ x ~ n ~ t ~ f ~ [1, 'a', none, 2.0, true] ~ {'a': 'b', 1: (1,)}
'a' ~ undefined_thing ~ 'b'
l
d
[]
{}
()
(1,)
[none, true, false]
['it\'s', "say \"hi\"", 'both \' and "', 'tab\t', 'nl\n', 'bs\\', '\x00', 'é', '😀']
'\u00e9\x41\101\s\d'
'a' 'b' "c"
x if t else y
x if n
'yes' if undefined_thing else 'no'
d.b
d['b']
d.missing
d.a[1].k
d['a'][1]['k']
l[0]
l[-1]
l[99]
l.0
s[0]
s[-1]
s[14]
s[:5]
s[7:]
s[::-1]
s[::2]
l[1:]
l[:-1]
l[::-1]
l[10:]
l[:1] + l[1:]
s.upper()
s.lower()
s.title()
'hello world-foo (bar)'|title
s.capitalize()
'éCLAIR'|capitalize
s.split()
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a,b,,c'.rsplit(',', 1)
'  a b  c '.split()
'  a b  c '.split(none, 1)
'  a b  c '.rsplit(none, 1)
'  pad '.strip() ~ '|'
'  pad '.lstrip() ~ '|'
'  pad '.rstrip() ~ '|'
'xxhixx'.strip('x')
'abc'.startswith('ab')
'abc'.startswith(('x', 'a'))
'abc'.endswith('bc')
'aXbXc'.replace('X', '-')
'aXbXc'.replace('X', '-', 1)
'abc'.replace('', '-')
'abcabc'.find('c')
'abcabc'.rfind('c')
'abcabc'.find('z')
'abcabc'.count('bc')
'-'.join(['a', 'b'])
'{} and {}'.format('a', 2)
'{1} {0} {name}'.format('a', 'b', name='c')
'{:>6}|{:<6}|{:^6}|{:06.2f}|{:,}|{:x}|{:+d}'.format('a', 'b', 'c', 3.14159, 1234567, 255, 5)
'{0.age} {1[b]}'.format(1, d)
'%s %d %5.2f %r %05d %-5s| %x %%' % ('a', 3, 2.5, 'q', 42, 'ab', 255)
'%s' % 'one'
'%(name)s is %(age)d' % people[0]
'abc'.isdigit() ~ '123'.isdigit() ~ 'abc'.isalpha() ~ ''.isspace()
'42'.zfill(5) ~ '-42'.zfill(6)
'ab'.center(7, '*') ~ 'ab'.ljust(4, '.') ~ 'ab'.rjust(4, '.') ~ 'abc'.center(6) ~ '|' ~ 'abc'.center(4, '-')
'line1\nline2\r\nline3\n'.splitlines()
'a-b-c'.partition('-')
'a-b-c'.rpartition('-')
'prefix_x'.removeprefix('prefix_')
'x.py'.removesuffix('.py')
d.items()
d.keys()
d.values()
d.items()|list
d.get('b')
d.get('zz')
d.get('zz', 'dflt')
d|length
l|length
s|length
s|count
l|first
l|last
empty|first
'abc'|first
'abc'|last
l|join(', ')
people|join(', ', attribute='name')
l|sort
l|sort(reverse=true)
words|sort
words|sort(case_sensitive=true)
people|sort(attribute='age')|map(attribute='name')|list
people|sort(attribute='age,name')|map(attribute='name')|join(' ')
words|unique|list
words|unique(case_sensitive=true)|list
l|reverse|list
'abc'|reverse
l|min
l|max
words|min
people|max(attribute='age')
l|sum
people|sum(attribute='age')
l|sum(start=10)
people|map(attribute='name')|list
people|map(attribute='pet.kind')|list
people|map(attribute='pet.kind', default='none')|list
words|map('upper')|list
words|map('replace', 'a', 'o')|join(' ')
people|selectattr('role', 'equalto', 'user')|map(attribute='name')|join(',')
people|selectattr('pet')|map(attribute='name')|list
people|selectattr('pet', 'defined')|map(attribute='name')|list
people|rejectattr('role', '==', 'user')|map(attribute='name')|list
people|selectattr('age', '>', 30)|list|length
people|selectattr('age', 'in', [25, 26])|map(attribute='name')|first
l|select('odd')|list
l|reject('odd')|list
l|select|list
[0, 1, '', 'a', none]|select|list
l|select('divisibleby', 3)|list
people|groupby('role')|length
people|groupby('age')|map('first')|list
[1,2,3,4,5]|batch(2)|list
[1,2,3,4,5]|batch(2, 'x')|list
[1,2,3,4,5]|slice(3)|list
undefined_thing|default('d')
n|default('d')
n|default('d', true)
''|d('e', boolean=true)
d|tojson
d|tojson(indent=2)
people|tojson(indent=4)
{'é': '<&>"\'', 'u': '\u2028😀'}|tojson
{'é': 1}|tojson(ensure_ascii=true)
{'b': 1, 'a': 2}|tojson(sort_keys=true)
[1, 2.5, none, true, 'x']|tojson(separators=(',', ':'))
[]|tojson(indent=2)
{}|tojson(indent=2)
[[1, [2]], {'a': []}]|tojson(indent=1)
1e20|tojson
d|items|list
d|dictsort
d|dictsort(reverse=true)
{'x': 2, 'y': 1}|dictsort(by='value')
'a\nb\n\nc'|indent
'a\nb\n\nc'|indent(2, true)
'a\nb\n\nc'|indent(2, blank=true)
'a\nb'|indent('> ')
'  x '|trim
'xxaxx'|trim('x')
'<b>&"\''|escape
'<b>'|e
'<b>'|safe
'3.7'|int
'x'|int
'x'|int(9)
'0x1f'|int(base=16)
3.9|int
'3.5'|float
'z'|float(1.5)
3.14159|round(2)
2.5|round
3.5|round
3.2|round(0, 'ceil')
3.7|round(method='floor')
7|round
-5|abs
1234|string
42|string|length
'a b c'|wordcount
'hello world foo bar'|truncate(11)
'hello world foo bar'|truncate(11, true, '..', 0)
'%s-%s'|format('a', 'b')
'a b&c/d'|urlencode
'x'|center(5) ~ '|'
range(5)
range(5)|list
range(1, 10, 3)|list
range(5, 0, -2)|list
range(0)
x is defined
undefined_thing is defined
undefined_thing is undefined
n is none
x is number
f is float
x is integer
t is boolean
t is true
t is integer
true is number
s is string
d is mapping
l is iterable
l is sequence
d is sequence
s is sequence
n is iterable
x is odd
x is even
x is divisibleby 3
x is divisibleby(2)
x is eq 3
x is equalto 4
x is ne 3
x is gt 2
x is lessthan 2
x is in [1, 3]
x is not none
x is not in [1]
not x is none
'a' is lower
'A' is upper
n is sameas none
range is callable
l is not string and x is defined
undefined_thing
undefined_thing.foo
undefined_thing['a']
d.missing.deeper
n.foo
n['foo']
s.nothing
x.nothing
undefined_thing + 1
undefined_thing()
undefined_thing == none
undefined_thing|length
undefined_thing|list
undefined_thing ~ ''
undefined_thing < 1
s + 1
1 + s
s + none
none + s
[1] + 'a'
none + none
-s
s * 2
2 * 'ab'
[1] * 3
'a' * -1
1 / 0
1 // 0
1 % 0
1 < 'a'
none < 1
3 in 'abc'
3 in 5
x()
s()
l.append(4)
d.update({})
d.pop('b')
s.__class__
range(200000)|length
5|length
5|list
l|join(1, 2, 3)
'a'.upper(1)
d|tojson|length
messages[1].content[1].text
messages[1]['content']|selectattr('type', 'equalto', 'text')|map(attribute='text')|join
messages[0].content is string
(messages|selectattr('role', 'equalto', 'system'))|list|length
messages|map(attribute='role')|list
messages[1:]|length
messages|last
messages[-1]['content'].split('\n')[0]
'x' if messages|selectattr('role','equalto','nobody') else 'y'
'x' if messages|selectattr('role','equalto','nobody')|list else 'y'
messages|selectattr('role')|length
strftime_now('%d %b %Y')
strftime_now('%Y-%m-%d %H:%M:%S %A %B %p %I %j')
strftime_now('%-d %y %%')
raise_exception('no ' ~ x)
raise_exception(none)
dict(a=1, b=2)
dict(d, z=1)
namespace(a=1).a
namespace(a=1).b
namespace
-x|abs
-1|abs
x|string + 'a'
x.__init__
{'a': 1}.a
{1: 'one'}[1]
{true: 'yes'}[1]
{'items': 5}.items is callable
{'items': 5}['items']
[1, [2, [3]]]|tojson
[1,2,3][::2]
'héllo'[1]
'😀x'|length
'😀x'[1:]
'a' < 'B'
'Z' < 'a'
1 is lessthan 2 and 2 is greaterthan 1
[3, 'a']|sort
[1, none]|max
"it's" ~ 'q"q'
["it's", 'q"q']
1,2
x == 3 if t else 'no'
[x, y,]
{'a': 1,}
'abc'[5]
'abc'['x']
l['x']
d[['a']]
d[l]
{[1]: 2}
'a'|map('upper')|list
l|map|list
l|map(foo='x')|list
people|groupby('role')|map(attribute='grouper')|list
(1, 2)|tojson
range(3)|tojson
true|tojson
'a\tb\\n'
'a' 'b'|upper
x in l and 'k' in d.a[1]
''.join(['a', 1])
'{a}'.format(b=1)
'%d' % 'x'
'%s %s' % ('a',)
'%s' % ('a', 'b')
'1_000'|int
' 12 '|int
'1e3'|float
1e400
loop
caller
true and none
0 or ''
0 and 1
[] or {} or 'z'
'abc' is sequence
('a', 'b') is sequence
1 if 0 else 2 if 0 else 3
'a' if 1 else 'b' ~ 'c'
not 1 == 2
-2 ** 2
2 ** 3 ** 2
1 - 1 - 1
2 - -2
8 // 2 // 2
'a' ~ 1 + 2
'%.3s|%5s' % ('abcdef', 'x')
[1.0, 1e100, 1.5e-7, 3.0e0]
100000000000000000000.0
1.7976931348623157e308
5e-324
""".strip("\n").split("\n")

TEMPLATES = [
    "{% for a in l %}{{ loop.index }}:{{ loop.index0 }}:{{ loop.revindex }}:{{ loop.first }}:{{ loop.last }}:{{ loop.length }}={{ a }};{% endfor %}",
    "{% for a in empty %}x{% else %}none{% endfor %}",
    "{% for a in l %}{{ loop.previtem }}<{{ a }}>{{ loop.nextitem }} {% endfor %}",
    "{% for a in l %}{{ loop.previtem is defined }} {% endfor %}",
    "{% for a in l if a > 1 %}{{ a }}/{{ loop.length }} {% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}",
    "{% for (a, b) in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}",
    "{% for a, b in [(1, 2), (3, 4, 5)] %}{{ a + b }} {% endfor %}",
    "{% for a in l %}{% if a == 1 %}{% break %}{% endif %}{{ a }}{% endfor %}",
    "{% for a in l %}{% if a == 1 %}{% continue %}{% endif %}{{ a }}{% endfor %}",
    "{% for a in l %}{{ loop.cycle('odd', 'even') }} {% endfor %}",
    "{% for a in [1, 1, 2] %}{{ loop.changed(a) }} {% endfor %}",
    "{% for a in [1, [2, [3]]] recursive %}{% if a is iterable %}({{ loop(a) }}){% else %}{{ a }}@{{ loop.depth }}{% endif %}{% endfor %}",
    "{% for c in 'h😀i' %}[{{ c }}]{% endfor %}",
    "{% for a in 5 %}{% endfor %}",
    "{% for a in undefined_thing %}x{% else %}e{% endfor %}",
    "{% for a in l %}{% for b in l %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}",
    "{% set v = 1 %}{% for a in l %}{% set v = a %}{{ v }}{% endfor %}{{ v }}",
    "{% for a in l %}{% if loop.first %}{% set w = a %}{% endif %}[{{ w }}]{% endfor %}",
    "{% set ns = namespace(v=0, names=[]) %}{% for a in l %}{% set ns.v = ns.v + a %}{% set ns.names = ns.names + [a] %}{% endfor %}{{ ns.v }} {{ ns.names }}",
    "{% set ns = namespace(a=1) %}{{ ns }}",
    "{% set q = {} %}{% set q.a = 1 %}{{ q }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% set a, b = 1 %}{{ a }}{{ b }}",
    "{% set block %}text {{ x }}{% endset %}[{{ block }}]",
    "{% set block | upper | replace('T', '-') %}text {{ x }}{% endset %}[{{ block }}]",
    "{% if x == 3 %}three{% elif x == 4 %}four{% else %}other{% endif %}",
    "{% if n %}a{% elif y %}b{% endif %}",
    "{% macro greet(name, greeting='Hello') %}{{ greeting }}, {{ name }}!{% endmacro %}{{ greet('A') }}{{ greet('B', greeting='Hi') }}{{ greet(name='C') }}",
    "{% macro greet(name) %}[{{ name }}]{% endmacro %}{{ greet() }}{{ greet(1, 2) }}",
    "{% macro greet(name) %}[{{ name }}]{% endmacro %}{{ greet(other=1) }}",
    "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, k=4) }}",
    "{% macro m() %}{{ x }}{{ later }}{% endmacro %}{% set later = 5 %}{{ m() }}",
    "{% macro m(a) %}<{{ caller() }}>{{ a }}{% endmacro %}{% call m(1) %}body {{ x }}{% endcall %}",
    "{% macro m() %}{% for i in l %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) m() %}[{{ i }}]{% endcall %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
    "{% macro fact(k) %}{% if k <= 1 %}1{% else %}{{ k * fact(k - 1) | int }}{% endif %}{% endmacro %}{{ fact(5) }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m.name }}{{ m.arguments }}",
    "{{ m is defined }}{% macro m() %}{% endmacro %}{{ m is defined }}{{ m is callable }}",
    "{% filter upper %}text {{ s }}{% endfilter %}",
    "{% filter replace('a', 'b')|trim %} abc {% endfilter %}|",
    "{% with a = 1, b = x %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% generation %}hello {{ x }}{% endgeneration %}!",
    "{% raw %}{{ not }} {% this %}{% endraw %}",
    "a{# comment #}b{#- strip -#} c",
    "  {% if t %}\n    yes\n  {% endif %}\n  after\n",
    "a\n  {%- if t -%}\n  b\n  {%- endif -%}\n c",
    "a\n  {%+ if t +%}\n  b\n  {% endif %}\n c",
    "a  {{- x -}}  b",
    "a  {{ x }}  \n  {{ y }}\nend\n\n",
    "line\n{% set z = 1 %}\n{% set y2 = 2 %}\nrest {{ z }}\n",
    "  {# comment #}\n text",
    "x {% if t %}y{% endif %} z\n{% if t %}\nw\n{% endif %}\n",
    "{%- for m in messages %}\n    {%- if m['role'] == 'user' %}\n        {{- 'U: ' }}\n    {%- else %}\n{{ m.role | upper }}\n    {%- endif %}\n{%- endfor %}\n",
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' }}{% if m.content is string %}{{ m.content | trim }}{% else %}{% for p in m.content %}{% if p.type == 'image' %}<image>{% elif p['type'] == 'text' %}{{ p.text }}{% endif %}{% endfor %}{% endif %}{{ '\n' }}{% endfor %}",
    "{% if messages[0]['role'] == 'system' %}{% set system = messages[0].content %}{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}{{ system }}|{{ rest | length }}",
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{% endfor %}",
    "{% set tool = {'type': 'function', 'function': {'name': 'f', 'parameters': {'a': 1.0, 'b': [true, none]}}} %}{{ tool | tojson(indent=4) }}",
    "{% if tools is not none %}t{% else %}no tools{% endif %}{% if not tools %}!{% endif %}{{ documents is defined }}",
    "{{ '{{ not a tag }}' }}{{ '%}' }}{{ \"}}\" }}",
    "{{ {'a': {'b': 1}}['a']['b'] }}",
    "{{ x }}{% if x %}\r\nwindows\r\n{% endif %}\r\nend",
    "\n{{ x }}",
    "{{ x }}\n",
    "{{ x }}\n\n",
    "{%if t%}tight{%endif%}{{x}}",
    "{% set x = 10 %}{{ x }}{% if t %}{% set x = 11 %}{% endif %}{{ x }}",
    "{% for i in range(3) %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}",
    "{% for i in range(2) %}{% for j in range(2) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }} {% endfor %}{% endfor %}",
    "{% set g = l | map('string') %}{{ g | join }}{{ g | join }}",
    "{% set g = l | select %}{% if g %}true{% endif %}{% for a in g %}{{ a }}{% endfor %}",
    "{{ caller }}{{ varargs }}",
    "{% macro outer() %}{% macro inner() %}in{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}",
    "{{ ('a', 'b') | join('-') }}{{ (1, 2)[0] }}",
    "{% set items = [] %}{% for m in messages %}{% set items = items + [m.role] %}{% endfor %}{{ items }}",
    "{{ messages | map(attribute='content') | select('string') | map('length') | list }}",
    "{{ bos_token }}{{ bos_token is defined }}{{ (bos_token or 'x') }}",
    "{% for p in people | sort(attribute='name') %}{{ p.name }}{{ ', ' if not loop.last }}{% endfor %}",
    "{% for role, group in people | groupby('role') %}{{ role }}: {{ group | map(attribute='name') | join('+') }}; {% endfor %}",
    "{% for g in people | groupby('age') %}{{ g.grouper }}={{ g.list | length }} {% endfor %}",
    "{%- set text -%}\n  a b \n{%- endset -%}\n[{{ text }}]",
    "{{ x -}}\n\n  tail {{- ' end' }}",
    "{% if 'cat' in messages[2].content %}cat{% endif %}{{ messages[2]['content'] | indent(2) }}",
    "a{% raw -%}  x  {%- endraw %}b",
    "a\n  {% raw %}\n x\n  {% endraw %}\nb",
    "{# a\n multi-line\n #}\nb",
    "{{ '\\n' }}{{ \"\\\"\" }}{{ '\\'' }}",
    "{% set a = 'x' if false %}{{ a }}|{{ a is defined }}",
    "{{ [1, 2, 3] | first }}{{ {'a': 1} | first }}{{ 'xyz' | last }}",
    "{% for m in messages if m.role != 'system' %}{{ loop.index }}{{ m.role }}{% endfor %}",
    "{% for i in [1,2,3] %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}",
]


def render(source):
    try:
        return {"rendered": env.from_string(source).render(**VARIABLES)}
    except jinja2.exceptions.TemplateSyntaxError:
        return {"error": "TemplateSyntaxError"}
    except Exception as e:
        return {"error": type(e).__name__, "message": str(e)}


cases = [{"template": "{{ " + e + " }}", **render("{{ " + e + " }}")} for e in EXPRESSIONS]
cases += [{"template": t, **render(t)} for t in TEMPLATES]
note = f"Rendered by Jinja {jinja2.__version__} (make_jinja_cases.py)."
json.dump({"note": note, "now": NOW.isoformat(), "variables": VARIABLES, "cases": cases}, sys.stdout, ensure_ascii=False, indent=1)
print()
