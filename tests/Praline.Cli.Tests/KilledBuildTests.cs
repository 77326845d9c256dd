using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Praline.Preferences.Tests;
using Praline.SmallWorld;

namespace Praline.Cli.Tests;

/// <summary>
/// Real kills: <c>praline build</c> with a judge behind a real HTTP server is killed (SIGKILL) at random moments of all steps, run again, and must end with the same files,
/// byte for byte, without paying twice. PRALINE_KILLS says how often (50 is what the project promises).
/// </summary>
public sealed class KilledBuildTests(ITestOutputHelper output) : IDisposable
{
    private const int Concurrency = 8;
    private const string Key = "sk-very-secret-2718281828";
    private static readonly string[] Files = ["clips.jsonl", "short_generation.jsonl", "long_generation.jsonl", "scores.jsonl", "pairs.jsonl"];
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-kills-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_build_that_is_killed_again_and_again_ends_with_the_same_files_and_pays_nothing_twice()
    {
        var wanted = int.Parse(Environment.GetEnvironmentVariable("PRALINE_KILLS") ?? "8", CultureInfo.InvariantCulture);
        SmallWorldData.WriteVideos(_folder, SmallWorldSplit.Preference, 3);
        using var server = new FakeEndpoint(r => JudgeAnswers.Sensible(r) with { Delay = TimeSpan.FromMilliseconds(40) });
        var watch = Stopwatch.StartNew();
        Finish(server, "whole");
        var length = watch.Elapsed;
        var calls = server.Log.Count;

        var random = new Random(1);
        var (kills, rounds, inFlight) = (0, 0, 0);
        var places = new SortedDictionary<string, int>(StringComparer.Ordinal);
        while (kills < wanted)
        {
            var name = $"round{rounds++}";
            var paid = new HashSet<string>();
            var asked = 0;
            for (var killed = true; killed && kills < wanted;)
            {
                var before = server.Log.Count;
                watch.Restart();
                killed = PralineProcess.RunAndKill(
                    TimeSpan.FromMilliseconds(random.Next(200, (int)length.TotalMilliseconds * 11 / 10)), Endpoint(server), Build(name));
                asked += CheckNothingPaidTwice(server, before, paid, name);
                if (killed)
                {
                    kills++;
                    var place = Place(name);
                    places[place] = places.GetValueOrDefault(place) + 1;
                }
                else if (watch.Elapsed < length)
                {
                    // The machine became quicker: with moments that come too late nothing would be killed.
                    length = watch.Elapsed;
                }
            }

            var last = server.Log.Count;
            Finish(server, name);
            asked += CheckNothingPaidTwice(server, last, paid, name);
            Assert.Equal(calls, paid.Count);
            inFlight += asked - calls;
            foreach (var file in Files)
            {
                Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "whole", file)), File.ReadAllBytes(Path.Combine(_folder, name, file)));
            }
        }

        Assert.All(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories), file =>
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Key)) < 0, $"{file} holds the key"));
        output.WriteLine(
            $"{kills} kills in {rounds} builds ({string.Join(", ", places.Select(p => $"{p.Key}: {p.Value}"))}); {calls} calls a build, {inFlight} more for answers that were on their way");
    }

    /// <summary>No question that was in the store is asked again; of the new ones all are stored but those in flight at the kill.</summary>
    private int CheckNothingPaidTwice(FakeEndpoint server, int before, HashSet<string> paid, string name)
    {
        var asked = server.Log.Skip(before).Select(r => r.LastMessage).ToList();
        Assert.DoesNotContain(asked, paid.Contains);
        var earlier = paid.Count;
        paid.UnionWith(Stored(Path.Combine(_folder, name, "judgements.sqlite")));
        Assert.InRange(asked.Count - (paid.Count - earlier), 0, Concurrency);
        return asked.Count;
    }

    private static IEnumerable<string> Stored(string path)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE name = 'answers'";
        if (command.ExecuteScalar() is null)
        {
            yield break;
        }

        command.CommandText = "SELECT json_extract(request, '$.messages[#-1].content') FROM answers";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return rows.GetString(0);
        }
    }

    private string Place(string name)
    {
        var finished = Files.LastOrDefault(f => File.Exists(Path.Combine(_folder, name, f + ".state")));
        var begun = Files.LastOrDefault(f => File.Exists(Path.Combine(_folder, name, f + ".journal")));
        return begun is not null ? $"in {begun}" : finished is not null ? $"after {finished}" : "before the first file";
    }

    private void Finish(FakeEndpoint server, string name)
    {
        var (exitCode, text, error) = PralineProcess.Run(Endpoint(server), Build(name));
        Assert.True(exitCode == 0, text + error);
        Assert.DoesNotContain(Key, text + error);
    }

    private static Dictionary<string, string> Endpoint(FakeEndpoint server) =>
        new() { ["API_URL"] = server.Url, ["API_KEY"] = Key, ["API_MODEL"] = "judge-model" };

    private string[] Build(string name) =>
    [
        "build", "--model", "small-captioner", "--videos", Path.Combine(_folder, "videos"), "--out", Path.Combine(_folder, name), "--judge", "openai", "--judge-concurrency", $"{Concurrency}",
        "--candidates", "3", "--max-new-tokens", "60", "--threads", "1", "--concurrency", "2",
    ];
}
