using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Praline.Inference;
using Praline.Server.Media;
using Praline.Server.Routes;

namespace Praline.Server;

/// <summary>
/// A model behind the OpenAI API: <c>/v1/models</c>, <c>/v1/chat/completions</c>, <c>/v1/completions</c>, <c>/v1/responses</c>, <c>/health</c>, <c>/metrics</c>. All requests
/// decode in the model's one running batch; adapters are chosen by the request's <c>model</c>.
/// </summary>
public static class ApiServer
{
    /// <summary>Builds the application; the caller starts and stops it, and disposes the model after it.</summary>
    /// <param name="server">The model with its adapters.</param>
    /// <param name="options">What is served.</param>
    /// <exception cref="PralineException">An option can't be served.</exception>
    public static WebApplication Build(ModelServer server, ServeOptions options) => Build(server, options, null);

    internal static WebApplication Build(ModelServer server, ServeOptions options, RemoteMedia? remote)
    {
        options.Validate();
        if (server.Adapters.Contains(options.ModelName ?? server.Name))
        {
            throw new PralineException($"The model and an adapter are both named {options.ModelName ?? server.Name}. Give the adapter another name, or the model by --served-model-name.");
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ApiServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = "Production",
        });
        builder.Logging.ClearProviders().AddConsole(c => c.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a port in use is said by the command, without a stack trace
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = options.MaxRequests + 1024L;
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Grace);
        builder.Services.AddSingleton(server).AddSingleton(options).AddSingleton<ServerMetrics>().AddSingleton<RequestBodies>().AddSingleton<Answering>()
            .AddSingleton(_ => new MediaSources(options) { Remote = remote });
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(ServerMetrics.Name).AddPrometheusExporter());

        var app = builder.Build();
        app.Use(new Door(options, app.Services.GetRequiredService<ServerMetrics>(), app.Services.GetRequiredService<ILogger<Door>>(), app.Lifetime).PassAsync);
        app.UseRouting();
        Map(app);
        app.Services.GetRequiredService<Answering>();
        return app;
    }

    /// <summary>The address of a started application.</summary>
    public static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private static void Map(WebApplication app)
    {
        var answering = app.Services.GetRequiredService<Answering>();
        // Some clients put /v1 into their base address, some don't.
        foreach (var root in new[] { "/v1", "" })
        {
            app.MapPost($"{root}/chat/completions", (HttpContext context) => ChatCompletions.AnswerAsync(context, answering));
            app.MapPost($"{root}/completions", (HttpContext context) => Completions.AnswerAsync(context, answering));
            app.MapPost($"{root}/responses", (HttpContext context) => Responses.AnswerAsync(context, answering));
        }

        app.MapGet("/v1/models", (HttpContext context) => EventStream.WriteJsonAsync(context, StatusCodes.Status200OK, new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. answering.Models.Select(name => (JsonNode)Model(answering, name))]),
        }));
        app.MapGet("/v1/models/{**name}", (HttpContext context, string name) => answering.Models.Contains(name)
            ? EventStream.WriteJsonAsync(context, StatusCodes.Status200OK, Model(answering, name))
            : throw new ApiException(
                StatusCodes.Status404NotFound, $"There is no model '{name}': expected {string.Join(", ", answering.Models)}.", "model", "model_not_found"));
        app.MapGet("/health", (HttpContext context) => EventStream.WriteJsonAsync(context, StatusCodes.Status200OK, new JsonObject { ["status"] = "ok" }));
        app.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static JsonObject Model(Answering answering, string name) => new()
    {
        ["id"] = name,
        ["object"] = "model",
        ["created"] = answering.Started,
        ["owned_by"] = "praline",
    };

    /// <summary>Every request comes in here: who may, how many at once; and what goes wrong gets the API's form.</summary>
    private sealed class Door(ServeOptions options, ServerMetrics metrics, ILogger logger, IHostApplicationLifetime lifetime)
    {
        private readonly AccessRules _access = new(options);
        private int _open;

        internal async Task PassAsync(HttpContext context, RequestDelegate next)
        {
            var begun = Stopwatch.GetTimestamp();
            context.Items["begun"] = begun;
            var counted = false;
            try
            {
                _access.Require(context.Request);
                if (HttpMethods.IsPost(context.Request.Method))
                {
                    counted = true;
                    if (Interlocked.Increment(ref _open) > options.MaxRequests)
                    {
                        throw new ServerBusyException($"{options.MaxRequests} requests are under way or wait already. Ask again later.");
                    }
                }

                if (lifetime.ApplicationStopping.IsCancellationRequested)
                {
                    throw new OperationCanceledException();
                }

                await next(context).ConfigureAwait(false);
                RequireAnswered(context);
            }
            catch (Exception error)
            {
                if (!context.RequestAborted.IsCancellationRequested)
                {
                    await RefuseAsync(context, error).ConfigureAwait(false);
                }
                else if (!context.Response.HasStarted)
                {
                    context.Response.StatusCode = 499; // the client is gone
                }
            }
            finally
            {
                if (counted)
                {
                    Interlocked.Decrement(ref _open);
                }

                metrics.Request((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none", context.Response.StatusCode, Stopwatch.GetElapsedTime(begun));
            }
        }

        /// <summary>What no route took has a body too.</summary>
        private static void RequireAnswered(HttpContext context)
        {
            if (context.Response.HasStarted)
            {
                return;
            }

            switch (context.Response.StatusCode)
            {
                case StatusCodes.Status404NotFound:
                    throw new ApiException(StatusCodes.Status404NotFound, $"There is no {context.Request.Path} here.", code: "unknown_url");
                case StatusCodes.Status405MethodNotAllowed:
                    throw new ApiException(StatusCodes.Status405MethodNotAllowed, $"{context.Request.Path} does not take {context.Request.Method}.", code: "method_not_allowed");
            }
        }

        private async Task RefuseAsync(HttpContext context, Exception error)
        {
            var refusal = ApiException.Of(error);
            if (refusal is null)
            {
                logger.LogError(error, "A request to {Path} failed.", context.Request.Path);
                refusal = new ApiException(StatusCodes.Status500InternalServerError, "The server failed to answer; its log says why.", code: "internal_error");
            }

            try
            {
                if (context.Response.HasStarted)
                {
                    await EventStream.SendAsync(context, refusal.Body).ConfigureAwait(false);
                    return;
                }

                if (refusal.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
                {
                    context.Response.Headers.RetryAfter = "1";
                }

                await EventStream.WriteJsonAsync(context, refusal.Status, refusal.Body).ConfigureAwait(false);
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException)
            {
                // The client went away while it was told.
            }
        }
    }
}
