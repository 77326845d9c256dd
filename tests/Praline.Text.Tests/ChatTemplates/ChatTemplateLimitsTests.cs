using System.Diagnostics;
using Praline.Text.ChatTemplates;

namespace Praline.Text.Tests.ChatTemplates;

/// <summary>A template that never ends, fills memory or nests without end stops with a clear error, soon.</summary>
public class ChatTemplateLimitsTests
{
    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{% call a() %}{% endcall %}{% endmacro %}{{ a() }}")]
    [InlineData("{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}")]
    [InlineData("{{ 'a' * 10000000000 }}")]
    [InlineData("{{ [0] * 10000000000 }}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(64) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(64) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}")]
    [InlineData("{% set ns = namespace(s=[1]) %}{% for i in range(64) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}")]
    [InlineData("{% set ns = namespace(s=[1]) %}{% for i in range(64) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}")]
    [InlineData("{% set ns = namespace(s=[1]) %}{% for i in range(64) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s | tojson }}")]
    [InlineData("{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(64) %}{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s == ns.t }}")]
    [InlineData("{% set ns = namespace(s=1) %}{% for i in range(90000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}")]
    [InlineData("{% set ns = namespace(s=1) %}{% for i in range(90000) %}{% set ns.s = {'a': ns.s} %}{% endfor %}{{ ns.s | tojson(indent=8) }}")]
    [InlineData("{% set ns = namespace(s=1) %}{% for i in range(90000) %}{% set ns.s = ns.s | map('upper') %}{% endfor %}{{ ns.s | list }}")]
    [InlineData("{% set ns = namespace(s=[1]) %}{% for i in range(90000) %}{% set ns.s = ns.s | select %}{% endfor %}{{ ns.s | list }}")]
    [InlineData("{{ '%1000000000d' % 1 }}")]
    [InlineData("{{ '%*d' % (1000000000, 1) }}{{ '{:>1000000000}'.format(1) }}")]
    [InlineData("{{ 'a'.center(1000000000) }}")]
    [InlineData("{{ 'a' | center(1000000000) }}")]
    [InlineData("{{ 'a'.zfill(1000000000) }}")]
    [InlineData("{{ ('a' * 4000000).replace('a', 'b' * 1000) }}")]
    [InlineData("{{ ('a\n' * 1000000) | indent(10000) }}")]
    [InlineData("{{ [1] | batch(1000000000, 'x') | list }}")]
    [InlineData("{{ [1] | slice(1000000000) | list }}")]
    [InlineData("{{ (['a' * 1000000] * 1000) | join }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{{ ('&' * 2000000) | e | e | e | e | length }}")]
    [InlineData("{{ ('<' * 16000000) | forceescape | length }}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{% set t = s | upper %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{% set t = s | title | trim | length %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{% set t = s.find('b') %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{% set t = s.strip() %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{% set t = s | wordcount %}{% endfor %}")]
    public void RunawayTemplatesStop(string source)
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source).Render(new Dictionary<string, object?>()));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 3L << 30, "more than 3 GiB passed through memory");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
    }

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "1", "]", " }}")]
    [InlineData("{{ ", "{1: ", "1", "}", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "- ", "1", "", " }}")]
    [InlineData("{{ ", "1 if 1 else ", "1", "", " }}")]
    [InlineData("{{ ", "1 + ", "1", "", " }}")]
    [InlineData("{{ ", "1 ~ ", "1", "", " }}")]
    [InlineData("{{ ", "1 or ", "1", "", " }}")]
    [InlineData("{{ x", "", "", ".a", " }}")]
    [InlineData("{{ x", "", "", "|list", " }}")]
    [InlineData("{{ x", "", "", "()", " }}")]
    [InlineData("", "{% if 1 %}", "", "{% endif %}", "")]
    [InlineData("", "{% for a in b %}", "", "{% endfor %}", "")]
    [InlineData("{% for ", "(", "a", ")", " in b %}{% endfor %}")]
    public void DeepNestingNeverOverflowsTheStack(string head, string open, string middle, string close, string tail)
    {
        foreach (var depth in new[] { 10, 1000, 100_000 })
        {
            var source = head + string.Concat(Enumerable.Repeat(open, depth)) + middle + string.Concat(Enumerable.Repeat(close, depth)) + tail;
            try
            {
                ChatTemplate.Parse(source).Render(new Dictionary<string, object?>());
            }
            catch (ChatTemplateException)
            {
            }
        }
    }
}
