using System.Net;
using System.Net.Sockets;

namespace Praline.Torch.Distributed;

/// <summary>
/// Carries a store client's connections to the server. libtorch's client has a thread of its own that ends the process when a connection is
/// reset (1.13: an exception that nobody can catch), as a program that is no store, or a rank 0 that is killed, may do. It bears one
/// that is closed: this ends every connection that way.
/// </summary>
internal sealed class StoreRelay : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly string _host;
    private readonly int _port;
    private readonly TimeSpan _timeout;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Dictionary<Socket, Socket> _partners = []; // both ways, while there may be something to read
    private readonly byte[] _buffer = new byte[64 << 10];
    private volatile bool _stop;

    /// <param name="host">The server.</param>
    /// <param name="port">Its port.</param>
    /// <param name="timeout">How long to try to connect.</param>
    internal StoreRelay(string host, int port, TimeSpan timeout)
    {
        (_host, _port, _timeout) = (host, port, timeout);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        new Thread(Run) { IsBackground = true, Name = "store relay" }.Start();
    }

    /// <summary>Where the client connects to, on 127.0.0.1.</summary>
    internal int Port { get; }

    /// <summary>Ends; the client has closed its connections.</summary>
    public void Dispose() => _stop = true;

    private void Run()
    {
        while (!_stop)
        {
            List<Socket> ready = [_listener, .. _partners.Keys];
            Socket.Select(ready, null, null, Pause);
            foreach (var socket in ready)
            {
                if (socket == _listener)
                {
                    Accept();
                }
                else
                {
                    Carry(socket, _partners[socket]);
                }
            }
        }

        foreach (var socket in _partners.Keys.Append(_listener))
        {
            socket.Dispose();
        }
    }

    private void Accept()
    {
        var client = _listener.Accept();
        client.NoDelay = true;
        if (Connect() is { } server)
        {
            (_partners[client], _partners[server]) = (server, client);
        }
        else
        {
            _partners[client] = client; // closing it with something unread would reset it: what it says is read, and goes nowhere
            End(client);
        }
    }

    private Socket? Connect()
    {
        for (var end = DateTime.UtcNow + _timeout; ;)
        {
            var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                server.Connect(_host, _port);
                return server;
            }
            catch (SocketException)
            {
                server.Dispose();
                if (_stop || DateTime.UtcNow > end)
                {
                    return null;
                }

                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>What one end sent goes to the other; its end, or that it was cut off, as an end of sending.</summary>
    private void Carry(Socket from, Socket to)
    {
        var count = Received(from);
        try
        {
            for (var sent = 0; sent < count;)
            {
                sent += to.Send(_buffer, sent, count - sent, SocketFlags.None);
            }

        }
        catch (SocketException)
        {
            // The other end is gone: what it had to say is read still, and then its end is passed on.
        }

        if (count == 0)
        {
            End(to);
            _partners.Remove(from);
            if (!_partners.ContainsKey(to))
            {
                from.Dispose();
                to.Dispose();
            }
        }
    }

    /// <summary>Says that nothing more comes.</summary>
    private static void End(Socket to)
    {
        try
        {
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It is gone already.
        }
    }

    private int Received(Socket from)
    {
        try
        {
            return from.Receive(_buffer);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
