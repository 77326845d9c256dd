using System.Reflection;
using Praline.TestRunner;
using Xunit.Abstractions;
using Xunit.Sdk;

// praline-tests ASSEMBLY.dll… [--filter TEXT]… [--not TEXT]…
// Runs the xunit tests of assemblies and prints the failures and one line per assembly; exit code 1 when one failed.
var (assemblies, wanted, unwanted) = (new List<string>(), new List<string>(), new List<string>());
for (var i = 0; i < args.Length; i++)
{
    if (args[i] is "--filter" or "--not" && i + 1 < args.Length)
    {
        (args[i] == "--filter" ? wanted : unwanted).Add(args[++i]);
    }
    else
    {
        assemblies.Add(Path.GetFullPath(args[i]));
    }
}

if (assemblies.Count == 0)
{
    Console.Error.WriteLine("praline-tests ASSEMBLY.dll… [--filter TEXT]… [--not TEXT]…: TEXT is part of a test's name");
    return 2;
}

bool Chosen(ITestCase test) =>
    (wanted.Count == 0 || wanted.Any(text => test.DisplayName.Contains(text, StringComparison.OrdinalIgnoreCase)))
    && !unwanted.Any(text => test.DisplayName.Contains(text, StringComparison.OrdinalIgnoreCase));

var failed = 0;
foreach (var path in assemblies)
{
    var name = Path.GetFileNameWithoutExtension(path);
    var assembly = Assembly.LoadFrom(path);
    var options = new Options();
    using var framework = new XunitTestFramework(new Silence());
    using var found = new DiscoveredTests();
    using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
    discoverer.Find(includeSourceInformation: false, found, options);
    found.Finished.Wait();
    using var results = new TestResults(name);
    using var executor = framework.GetExecutor(assembly.GetName());
    executor.RunTests(found.Cases.Where(Chosen).ToArray(), results, options);
    results.Finished.Wait();
    Console.WriteLine($"{(results.Failed == 0 ? "Passed!" : "Failed!")} {name}: failed {results.Failed}, passed {results.Passed}, {results.Seconds:0.0} s");
    failed += results.Failed;
}

return failed == 0 ? 0 : 1;
