using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Praline.Testing;

namespace Praline.Data.Tests;

/// <summary>
/// 100,000 rows with fields renamed, types changed, values nested, moved, cut off or in wrong encodings, of all formats: the reader never fails but by a
/// problem of that row, and a row that is read has the media that it names, all of them and no others.
/// </summary>
public sealed partial class MutatedRowsTests : IDisposable
{
    private static readonly string[] Rows =
    [
        """{"idx":0,"video_name":"a","question":"What?","answer":"","long_answers":["good","bad"],"video":"m1.mp4","pos_pre":"good","pos_score":9.5,"neg_pre":"bad","neg_score":3,"hallu_scores":[null,null]}""",
        """{"prompt":"<video>What?","chosen":"good","rejected":"bad","videos":["m1.mp4"],"score_chosen":9.5,"score_rejected":3}""",
        """{"prompt":"What? <image> and <image>","chosen":"good","rejected":"bad","images":["m1.png","m2.png"]}""",
        """{"prompt":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"video"},{"type":"text","text":"What?"},{"type":"image","image":"m2.png"}]}],"chosen":[{"role":"assistant","content":[{"type":"text","text":"good"}]}],"rejected":[{"role":"assistant","content":"bad"}],"videos":["m1.mp4"]}""",
        """{"prompt":"q","prompt_id":"1","messages":[],"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"x"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"y"}],"score_chosen":8,"image":{"path":"m1.png"}}""",
        """{"conversations":[{"from":"human","value":"<video>What?"},{"from":"gpt","value":"a"},{"from":"human","value":"<image>b"}],"chosen":{"from":"gpt","value":"good"},"rejected":{"from":"gpt","value":"bad"},"videos":["m1.mp4"],"images":["m2.png"],"system":"s"}""",
        """{"messages":[{"role":"user","content":"<video>What?"},{"role":"assistant","content":"good"}],"rejected_response":"bad","videos":["m1.mp4"]}""",
        """{"chosen_messages":[{"role":"user","content":[{"type":"video"},{"type":"text","value":"What?"}]},{"role":"assistant","content":[{"type":"text","value":"good"}]}],"rejected_messages":[{"role":"user","content":[{"type":"video"},{"type":"text","value":"What?"}]},{"role":"assistant","content":[{"type":"text","value":"bad"}]}],"videos":["m1.mp4"]}""",
        """{"question":"What?","chosen":"good","rejected":"bad","image":"m1.png","image_path":"m1.png","ds_name":"d"}""",
        """{"id":0,"image":"m1.png","conversations":[{"from":"human","value":"Whose?"},{"from":"gpt","value":{"preferred":"x","rejected":"y"}}]}""",
        """{"prompt":"Whose?","img_path":"m1.png","models":["p","r"],"completions":[{"annotations":{"P":{"Rating":"1","Rationale":""}},"model":"p","response":"x"},{"annotations":{"P":{"Rating":"0"}},"model":"r","response":"y"}]}""",
        """{"prompt":"<image>q","completion":"x","label":true,"images":["m1.png"]}""",
        """{"messages":[{"role":"user","content":"<image>q"},{"role":"assistant","content":"x"}],"label":true,"images":[{"path":"m1.png"}]}""",
        """{"id":"r","conversations":[{"from":"human","value":"<image>\nq"},{"from":"gpt","value":"x"}],"image":"m1.png"}""",
        """{"question":"q","answer":"x","condition":"preferred","video":"m1.mp4","frame_range":[0,3]}""",
        """{"question":"q","responses":["y","z","x"],"scores":[1,2,3],"image":"m1.png"}""",
        """{"instruction":"<image>q","input":"","history":[["h","i"]],"chosen":"x","rejected":"y","images":["m1.png"]}""",
    ];

    private static readonly string[] Names =
    [
        "video", "videos", "image", "images", "img_path", "image_path", "video_name", "clip", "vids", "prompt", "question", "chosen", "rejected", "answer", "system", "messages", "conversations",
        "content", "value", "role", "type", "text", "label", "id", "note", "meta", "picture_file", "x", "",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_row_is_refused_or_read_with_the_media_that_it_names()
    {
        var random = new Random(20);
        var rows = Enumerable.Range(0, Mutation.Rounds(100_000)).Select(_ => Mutated(random)).ToArray();
        using (var file = File.Create(_folder["rows.jsonl"]))
        {
            foreach (var row in rows)
            {
                file.Write(row);
                file.WriteByte((byte)'\n');
            }
        }

        var lines = rows.Index().Where(r => !string.IsNullOrWhiteSpace(Encoding.UTF8.GetString(r.Item))).ToArray();
        var (read, formats) = (0, new HashSet<string>());
        foreach (var (result, line) in DataSet.Open(_folder["rows.jsonl"], new DataOptions { FindMedia = false }).Read().Zip(lines))
        {
            Assert.Equal(line.Index + 1, result.Source.Line);
            Assert.True(result.Value is null != result.Problem is null);
            if (result.Value is not { } sample)
            {
                Assert.NotEmpty(result.Problem!.Message);
                continue;
            }

            (read, _) = (read + 1, formats.Add(sample.Format));
            string[] said = [sample.Id, sample.System ?? "", .. sample.Turns.Select(t => t.Text), .. sample.Answers.SelectMany(a => new[] { a.Text, a.Condition ?? "" })]; // words are words, whatever they say
            var named = Media(JsonNode.Parse(line.Item)).Where(name => !said.Any(text => text.Contains(name))).Order().Distinct().ToArray();
            var used = sample.Media.Select(m => m.Name).Order().Distinct().ToArray();
            Assert.True(named.SequenceEqual(used.Where(name => MediaFile().IsMatch(name) && !said.Any(text => text.Contains(name)))),
                $"names {string.Join(", ", named)}, has {string.Join(", ", used)}: {Encoding.UTF8.GetString(line.Item)}");
        }

        Assert.True(read > rows.Length / 10, $"only {read} rows were read");
        Assert.True(formats.Count >= 14, string.Join(", ", formats));
    }

    private static byte[] Mutated(Random random)
    {
        var row = JsonNode.Parse(Rows[random.Next(Rows.Length)])!;
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            Edit(row, random);
        }

        var bytes = Encoding.UTF8.GetBytes(row.ToJsonString());
        return (random.Next(10) == 0 ? Mutation.Apply(bytes, Encoding.UTF8.GetBytes(Rows[random.Next(Rows.Length)]), random) : bytes)
            .Where(b => b is not ((byte)'\n' or (byte)'\r')).ToArray();
    }

    private static void Edit(JsonNode row, Random random)
    {
        var objects = Objects(row).Where(o => o.Count > 0).ToArray();
        if (objects.Length == 0)
        {
            return;
        }

        var at = objects[random.Next(objects.Length)];
        var (name, value) = at.ElementAt(random.Next(at.Count));
        var other = Names[random.Next(Names.Length)];
        switch (random.Next(7))
        {
            case 0: // renamed
                at.Remove(name);
                at[other] = value?.DeepClone();
                break;
            case 1: // of another type
                at[name] = random.Next(8) switch { 0 => null, 1 => 3, 2 => true, 3 => "", 4 => new JsonArray(), 5 => new JsonObject(), 6 => "<image>", _ => "m3.png" };
                break;
            case 2: // nested
                at[name] = random.Next(2) == 0 ? new JsonArray(value?.DeepClone()) : new JsonObject { [other] = value?.DeepClone() };
                break;
            case 3: // gone
                at.Remove(name);
                break;
            case 4: // one more
                at[other] = random.Next(3) switch { 0 => "m4.mp4", 1 => new JsonArray("m5.png"), _ => new JsonObject { ["path"] = "m6.png" } };
                break;
            case 5: // the same elsewhere
                objects[random.Next(objects.Length)][other] = value?.DeepClone();
                break;
            default: // repeated
                if (value is JsonArray { Count: > 0 } list)
                {
                    list.Add(list[random.Next(list.Count)]?.DeepClone());
                }

                break;
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject map => [map, .. map.SelectMany(p => Objects(p.Value))],
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    private static IEnumerable<string> Media(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => Media(p.Value)),
        JsonArray list => list.SelectMany(Media),
        JsonValue value when value.GetValueKind() == JsonValueKind.String && MediaFile().IsMatch(value.GetValue<string>()) => [value.GetValue<string>()],
        _ => [],
    };

    [GeneratedRegex(@"^m\d\.(png|mp4)$")]
    private static partial Regex MediaFile();
}
