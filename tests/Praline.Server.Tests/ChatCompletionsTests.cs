using System.Text.Json;
using Praline.Models.Generation;

namespace Praline.Server.Tests;

/// <summary>What strict clients count on, and that answers are the model's.</summary>
public sealed class ChatCompletionsTests(ServedTiny served) : IClassFixture<ServedTiny>
{
    private const string Chat = "/v1/chat/completions";

    private const string Question =
        """{"model":"tiny","seed":7,"n":3,"max_tokens":24,"stop":["q","ab"],"logprobs":true,"top_logprobs":3,"messages":[{"role":"system","content":"Be short."},{"role":"user","content":[{"type":"video_url","video_url":{"url":"v1.mp4"}},{"type":"text","text":"What moves?"}]}]""";

    [Fact]
    public async Task A_stream_is_the_plain_answer_in_pieces()
    {
        var (status, plain) = await served.PostAsync(Chat, Question + "}");
        Assert.Equal(200, status);
        var chunks = await served.StreamAsync(Chat, Question + ""","stream":true,"stream_options":{"include_usage":true}}""");
        Assert.Single(chunks.Select(c => c.GetProperty("id").GetString()).Distinct());
        Assert.Single(chunks.Select(c => c.GetProperty("created").GetInt64()).Distinct());
        Assert.All(chunks, c => Assert.Equal(("chat.completion.chunk", "tiny"), (c.GetProperty("object").GetString(), c.GetProperty("model").GetString())));
        Assert.All(chunks.SkipLast(1), c => Assert.Equal(JsonValueKind.Null, c.GetProperty("usage").ValueKind));
        Assert.Empty(chunks[^1].GetProperty("choices").EnumerateArray());
        var usage = chunks[^1].GetProperty("usage");
        Assert.Equal(plain.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        for (var i = 0; i < 3; i++)
        {
            var expected = plain.GetProperty("choices")[i];
            var own = chunks.SkipLast(1).Select(c => c.GetProperty("choices")[0]).Where(c => c.GetProperty("index").GetInt32() == i).ToList();
            Assert.Equal("assistant", own[0].GetProperty("delta").GetProperty("role").GetString());
            Assert.All(own.Skip(1), c => Assert.False(c.GetProperty("delta").TryGetProperty("role", out _)));
            Assert.Equal(expected.GetProperty("message").GetProperty("content").GetString(), string.Concat(own.Select(Content)));
            Assert.Equal(expected.GetProperty("finish_reason").GetString(), Assert.Single(own.Select(c => c.GetProperty("finish_reason").GetString()).OfType<string>()));
            Assert.NotNull(own[^1].GetProperty("finish_reason").GetString());
            var tokens = own.Where(c => c.GetProperty("logprobs").ValueKind == JsonValueKind.Object).SelectMany(c => c.GetProperty("logprobs").GetProperty("content").EnumerateArray());
            Assert.Equal(
                expected.GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(t => t.GetRawText()), tokens.Select(t => t.GetRawText()));
        }
    }

    [Fact]
    public async Task Tokens_make_up_the_text_and_the_answer_is_the_models()
    {
        var (_, body) = await served.PostAsync(Chat, Question + "}");
        var direct = await served.Model.AnswerAsync(new InferenceRequest
        {
            Messages = [new("system", "Be short."), new("user", MediaInput.Video(Path.Combine(served.Media, "v1.mp4")), "What moves?")],
            Options = new GenerationOptions { DoSample = true, MaxNewTokens = 24, StopStrings = ["q", "ab"] },
            Seeds = [7, 8, 9],
        });
        foreach (var (choice, answer) in body.GetProperty("choices").EnumerateArray().Zip(direct.Answers))
        {
            var text = choice.GetProperty("message").GetProperty("content").GetString();
            Assert.Equal(answer.Text, text);
            var tokens = choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().ToList();
            Assert.StartsWith(text!, string.Concat(tokens.Select(t => t.GetProperty("token").GetString())));
            Assert.All(tokens, t =>
            {
                Assert.Equal(3, t.GetProperty("top_logprobs").GetArrayLength());
                Assert.True(t.GetProperty("logprob").GetDouble() <= t.GetProperty("top_logprobs")[0].GetProperty("logprob").GetDouble());
                Assert.Equal(t.GetProperty("token").GetString(), System.Text.Encoding.UTF8.GetString([.. t.GetProperty("bytes").EnumerateArray().Select(b => b.GetByte())]));
            });
        }

        Assert.Equal(direct.Usage.PromptTokens, body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task A_seed_decides_the_answer_and_without_one_each_is_another()
    {
        async Task<string> Ask(string more) => Content((await served.PostAsync(Chat, $$"""{"model":"tiny","max_tokens":30,"messages":[{"role":"user","content":"Hello"}]{{more}}}""")).Body);
        Assert.Equal(await Ask(""","seed":3"""), await Ask(""","seed":3"""));
        var (_, without) = await served.PostAsync("/chat/completions", """{"model":"tiny","max_tokens":30,"messages":[{"role":"user","content":"Hello"}],"seed":3}""");
        Assert.Equal(await Ask(""","seed":3"""), Content(without));
        Assert.NotEqual(await Ask(""","seed":3"""), await Ask(""","seed":4"""));
        Assert.NotEqual(await Ask(""), await Ask(""));
        Assert.Equal(await Ask(""","temperature":0"""), await Ask(""","temperature":0,"seed":9"""));
        Assert.Equal(await Ask(""","top_k":1"""), await Ask(""","temperature":0"""));
        Assert.Equal(await Ask(""","top_p":0.0000001"""), await Ask(""","temperature":0"""));
    }

    [Fact]
    public async Task Adapters_are_models_of_their_own()
    {
        var models = (await served.Client.GetStringAsync("/v1/models")).ToString();
        Assert.Equal(["tiny", "run-a", "run-b"], JsonDocument.Parse(models).RootElement.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()));
        Assert.Contains("\"run-b\"", await served.Client.GetStringAsync("/v1/models/run-b"));
        string[] names = ["tiny", "run-a", "run-b"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i => Content((await served.PostAsync(
            Chat, $$"""{"model":"{{names[i % 3]}}","temperature":0,"max_tokens":30,"messages":[{"role":"user","content":"Hello"}]}""")).Body)));
        Assert.Equal(3, answers.Distinct().Count());
        Assert.All(Enumerable.Range(0, 12), i => Assert.Equal(answers[i % 3], answers[i]));
        var direct = await served.Model.AnswerAsync(new InferenceRequest { Messages = [new("user", "Hello")], Adapter = "run-b", Options = new() { MaxNewTokens = 30 } });
        Assert.Equal(direct.Answers[0].Text, answers[2]);
    }

    [Theory]
    [InlineData("""{"type":"json_object"}""", null)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object","properties":{"red":{"type":"boolean"},"kind":{"enum":["a","b"]}},"required":["red","kind"],"additionalProperties":false}}}""", "red")]
    [InlineData("""{"type":"json_object","schema":{"type":"object","properties":{"red":{"type":"boolean"}},"required":["red"]}}""", "red")]
    public async Task Answers_are_json_that_the_schema_allows(string format, string? property)
    {
        // A random model never ends an object of its own will: a bias on the marks that do.
        var (brace, quote) = (served.Model.Tokenizer.TokenToId("}"), served.Model.Tokenizer.TokenToId("\""));
        var bias = property is null ? $$""","logit_bias":{"{{brace}}":60,"{{quote}}":40}""" : "";
        var (status, body) = await served.PostAsync(Chat, $$"""{"model":"tiny","seed":5,"max_tokens":200,"response_format":{{format}},"messages":[{"role":"user","content":"Is it red?"}]{{bias}}}""");
        Assert.True(status == 200, body.GetRawText());
        Assert.Equal("stop", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        var answer = JsonDocument.Parse(Content(body)).RootElement;
        Assert.Equal(JsonValueKind.Object, answer.ValueKind);
        Assert.True(property is null || answer.GetProperty(property).ValueKind is JsonValueKind.True or JsonValueKind.False);
    }

    [Fact]
    public async Task Media_come_as_data_urls_as_files_and_as_bare_base64_and_mean_the_same()
    {
        string Url(string name, string type) => $"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(Path.Combine(served.Media, name)))}";
        async Task<string> Ask(string part)
        {
            var (status, body) = await served.PostAsync(Chat, $$"""{"model":"tiny","temperature":0,"max_tokens":20,"messages":[{"role":"user","content":[{{part}},{"type":"text","text":"What?"}]}]}""");
            Assert.True(status == 200, body.GetRawText());
            return Content(body) + body.GetProperty("usage").GetProperty("prompt_tokens");
        }

        static string Part(string kind, string url, string more = "") => $"{{\"type\":\"{kind}\",\"{kind}\":{{\"url\":\"{url}\"{more}}}}}";
        var image = await Ask(Part("image_url", "i1.png", ",\"detail\":\"high\""));
        Assert.Equal(image, await Ask(Part("image_url", Url("i1.png", "image/png"))));
        Assert.Equal(image, await Ask(Part("image_url", $"file://{served.Media}/i1.png")));
        Assert.NotEqual(image, await Ask("""{"type":"image_url","image_url":{"url":"i2.png"}}"""));
        var video = await Ask("""{"type":"video_url","video_url":{"url":"v2.mp4"}}""");
        var encoded = served.Model.EncodedMedia;
        Assert.Equal(video, await Ask(Part("video_url", Url("v2.mp4", "video/mp4"))));
        Assert.Equal(video, await Ask(Part("input_video", Url("v2.mp4", "video/mp4")["data:video/mp4;base64,".Length..], ",\"format\":\"mp4\"").Replace("\"url\"", "\"data\"", StringComparison.Ordinal)));
        Assert.Equal(encoded, served.Model.EncodedMedia); // the same frames are seen once
        Assert.NotEqual(video, await Ask("""{"type":"video_url","video_url":{"url":"v2.mp4","num_frames":3}}"""));
        Assert.Equal(video, await Ask("""{"type":"video_url","video_url":{"url":"v2.mp4","fps":0.5,"min_frames":8,"max_frames":16}}"""));
    }

    [Fact]
    public async Task Completions_go_on_from_texts_and_number_their_answers()
    {
        const string Ask = """{"model":"tiny","seed":2,"n":2,"max_tokens":9,"logprobs":2,"prompt":["One","Two words"]""";
        var (_, plain) = await served.PostAsync("/v1/completions", Ask + "}");
        var choices = plain.GetProperty("choices").EnumerateArray().ToList();
        Assert.Equal([0, 1, 2, 3], choices.Select(c => c.GetProperty("index").GetInt32()));
        var (_, second) = await served.PostAsync("/v1/completions", """{"model":"tiny","seed":3,"max_tokens":9,"prompt":"Two words"}""");
        Assert.Equal(second.GetProperty("choices")[0].GetProperty("text").GetString(), choices[3].GetProperty("text").GetString());
        var chunks = await served.StreamAsync("/v1/completions", Ask + ""","stream":true}""");
        for (var i = 0; i < 4; i++)
        {
            var own = chunks.Select(c => c.GetProperty("choices")[0]).Where(c => c.GetProperty("index").GetInt32() == i).ToList();
            Assert.Equal(choices[i].GetProperty("text").GetString(), string.Concat(own.Select(c => c.GetProperty("text").GetString())));
            var offsets = own.Where(c => c.GetProperty("logprobs").ValueKind != JsonValueKind.Null).SelectMany(c => c.GetProperty("logprobs").GetProperty("text_offset").EnumerateArray());
            Assert.Equal(choices[i].GetProperty("logprobs").GetProperty("text_offset").EnumerateArray().Select(o => o.GetInt32()), offsets.Select(o => o.GetInt32()));
            Assert.Single(own.Select(c => c.GetProperty("finish_reason").GetString()).OfType<string>());
        }

        // The API's own default.
        var (_, bare) = await served.PostAsync("/v1/completions", """{"model":"tiny","prompt":"x","logit_bias":{"2":-100}}""");
        Assert.Equal(16, bare.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Responses_are_chat_completions_in_other_words()
    {
        var (_, chat) = await served.PostAsync(Chat, """{"model":"tiny","seed":4,"max_tokens":15,"messages":[{"role":"system","content":"S."},{"role":"user","content":[{"type":"image_url","image_url":{"url":"i0.png"}},{"type":"text","text":"What?"}]}]}""");
        const string Ask = """{"model":"tiny","seed":4,"max_output_tokens":15,"instructions":"S.","input":[{"type":"message","role":"user","content":[{"type":"input_image","image_url":"i0.png"},{"type":"input_text","text":"What?"}]}]""";
        var (status, plain) = await served.PostAsync("/v1/responses", Ask + "}");
        Assert.True(status == 200, plain.GetRawText());
        var text = plain.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString();
        Assert.Equal(Content(chat), text);
        var events = await served.StreamAsync("/v1/responses", Ask + ""","stream":true}""", ends: false);
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"], events.Take(4).Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(text, string.Concat(events.Where(e => e.GetProperty("type").GetString() == "response.output_text.delta").Select(e => e.GetProperty("delta").GetString())));
        var last = events[^1].GetProperty("response");
        Assert.Equal(plain.GetProperty("output")[0].GetProperty("content").GetRawText(), last.GetProperty("output")[0].GetProperty("content").GetRawText());
        Assert.Equal($"response.{last.GetProperty("status").GetString()}", events[^1].GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_client_that_goes_away_frees_its_place()
    {
        // Without the client's own patience: it would read on for a while.
        using (var client = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = served.Address })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Chat)
            {
                Content = new StringContent("""{"model":"tiny","max_tokens":3000,"stream":true,"logit_bias":{"2":-100},"messages":[{"role":"user","content":"Long"}]}""", System.Text.Encoding.UTF8, "application/json"),
            };
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var stream = await response.Content.ReadAsStreamAsync();
            Assert.True(await stream.ReadAsync(new byte[100]) > 0);
            Assert.Equal(1, served.Model.OpenRequests);
        }

        var begun = served.Model.DecodedTokens;
        for (var i = 0; i < 300 && served.Model.OpenRequests + served.Model.RunningRows > 0; i++)
        {
            await Task.Delay(20);
        }

        Assert.Equal((0, 0), (served.Model.OpenRequests, served.Model.RunningRows));
        Assert.True(served.Model.DecodedTokens - begun < 2900);
    }

    [Fact]
    public async Task Metrics_and_health_are_there()
    {
        await served.PostAsync(Chat, """{"model":"run-a","max_tokens":3,"messages":[{"role":"user","content":"Hello"}]}""");
        var metrics = await served.Client.GetStringAsync("/metrics");
        Assert.Matches("praline_completion_tokens_total\\{[^}]*model=\"run-a\"[^}]*\\} [1-9]", metrics);
        Assert.Contains("praline_request_duration_seconds_bucket", metrics);
        Assert.Contains("praline_running_rows", metrics);
        Assert.Equal("""{"status":"ok"}""", await served.Client.GetStringAsync("/health"));
    }

    [Fact]
    public async Task A_stopping_server_lets_answers_end()
    {
        var (app, client) = await served.StartAsync(new ServeOptions { Port = 0, Grace = TimeSpan.FromSeconds(60) });
        var asked = served.PostAsync(Chat, """{"model":"tiny","max_tokens":400,"logit_bias":{"2":-100},"messages":[{"role":"user","content":"Long"}]}""", client);
        while (served.Model.RunningRows == 0 && !asked.IsCompleted)
        {
            await Task.Delay(1);
        }

        await app.StopAsync();
        Assert.Equal(400, (await asked).Body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/health"));
    }

    private static string Content(JsonElement found) =>
        found.TryGetProperty("choices", out var choices) ? choices[0].GetProperty("message").GetProperty("content").GetString()!
        : found.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() ?? "" : "";
}
