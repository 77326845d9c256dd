Console.WriteLine("praline");
