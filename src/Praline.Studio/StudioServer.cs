using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MudBlazor.Services;
using Praline.Studio.Library;
using Praline.Studio.Media;
using Praline.Studio.Pages;
using Praline.Studio.Pairs;
using Praline.Studio.People;

namespace Praline.Studio;

/// <summary>The studio as a web application: one process, no other service, nothing from the network.</summary>
public static class StudioServer
{
    private static readonly (string Path, string Resource, string Type)[] Assets =
    [
        ("/_framework/blazor.web.js", "assets/blazor.web.js", "text/javascript"),
        ("/assets/MudBlazor.min.css", "assets/MudBlazor.min.css", "text/css"),
        ("/assets/MudBlazor.min.js", "assets/MudBlazor.min.js", "text/javascript"),
        ("/assets/studio.css", "assets/studio.css", "text/css"),
        ("/assets/studio.js", "assets/studio.js", "text/javascript"),
    ];

    /// <summary>Builds the application; the caller starts and stops it.</summary>
    /// <exception cref="PralineException">An option can't be served.</exception>
    public static WebApplication Build(StudioOptions options)
    {
        options.Validate();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(StudioServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = "Production",
        });
        builder.Logging.ClearProviders().AddConsole(c => c.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a port in use is said by the command, without a stack trace
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.AddSingleton(options).AddSingleton<Workspace>().AddSingleton<PairIndexes>().AddSingleton<MediaLibrary>()
            .AddSingleton<PeopleStores>();
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider(); // nothing is written to the user's key folder
        builder.Services.AddMudServices();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(circuit => circuit.DetailedErrors = true)
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 256 << 10);

        var app = builder.Build();
        app.Use(new AccessRules(options).Apply);
        app.UseAntiforgery();
        foreach (var (path, resource, type) in Assets)
        {
            var bytes = Resource(resource);
            app.MapGet(path, (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(bytes, type);
            });
        }

        MediaEndpoints.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }

    /// <summary>The address of a started application, with the token where one is needed.</summary>
    public static Uri AddressOf(WebApplication app)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var token = app.Services.GetRequiredService<StudioOptions>().Token;
        return new Uri(new Uri(address), token is null ? "/" : $"/?token={WebUtility.UrlEncode(token)}");
    }

    private static byte[] Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from this build.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
