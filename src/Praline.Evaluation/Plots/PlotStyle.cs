namespace Praline.Evaluation;

/// <summary>
/// The figures' style sheet. Colours are Okabe and Ito's (2008), told apart by every kind of colour vision, with lighter ones of the same
/// hues on a dark ground. Plain classes instead of CSS variables: viewers that know neither variables nor themes still show the light form.
/// </summary>
internal static class PlotStyle
{
    private static readonly string[] Light =
        ["#0072b2", "#d55e00", "#009e73", "#b5599a", "#3d9fdb", "#c98a00", "#6b7280", "#1f2937"];

    private static readonly string[] Dark =
        ["#57aee6", "#ff8f4d", "#2fc79b", "#e3a0cb", "#9ad3f7", "#f2bd4b", "#a1a9b5", "#e5e7eb"];

    /// <summary>The content of the figure's <c>&lt;style&gt;</c>; every rule is confined to class <c>pp</c>.</summary>
    public static string Sheet { get; } = string.Concat(
        ".pp{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-variant-numeric:tabular-nums}\n",
        ".pp text{stroke:none}.pp .t{font-size:16px;font-weight:650}.pp .s{font-size:12.5px}.pp .p{font-size:13px;font-weight:600}",
        ".pp .y{font-size:11.5px}.pp .k{font-size:11px}.pp .n{font-size:11.5px;font-weight:500}\n",
        ".pp .grid{stroke-width:1}.pp .axis{stroke-width:1}.pp .rule{stroke-width:1;stroke-dasharray:3 3}\n",
        ".pp .raw{fill:none;stroke-width:1;stroke-opacity:.28;stroke-linejoin:round}",
        ".pp .line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}",
        ".pp .thin{fill:none;stroke-width:1.5}.pp .whisker{stroke-width:2;stroke-linecap:round}",
        ".pp .area{fill-opacity:.16}.pp .bar{fill-opacity:.3}.pp .point{fill-opacity:.4}\n",
        ".pp .d1{stroke-dasharray:7 4}.pp .d2{stroke-dasharray:1.5 4}.pp .d3{stroke-dasharray:9 4 2 4}\n",
        ".pp .raw{stroke-dasharray:none}\n",
        Theme("#ffffff", "#111827", "#5b6472", "#e7eaee", "#aab2bd", Light),
        "@media (prefers-color-scheme:dark){\n",
        Theme("#161b22", "#eef1f5", "#a3adba", "#2a313b", "#566070", Dark),
        "}\n");

    private static string Theme(string ground, string ink, string muted, string grid, string axis, string[] palette) => string.Concat(
        $".pp .bg{{fill:{ground}}}.pp .t,.pp .p,.pp .n{{fill:{ink}}}.pp .s,.pp .y,.pp .k{{fill:{muted}}}",
        $".pp .grid{{stroke:{grid}}}.pp .axis{{stroke:{axis}}}.pp .rule{{stroke:{muted}}}.pp .dot{{stroke:{ground};stroke-width:1.5}}\n",
        string.Concat(palette.Select((c, i) => $".pp .c{i}{{stroke:{c}}}.pp .f{i}{{fill:{c}}}")),
        "\n");
}
