// The official JavaScript client against a running server: chat, vision, streaming, structured output, responses, error classes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import OpenAI from "openai";

const [, , baseURL, image] = process.argv;
const client = new OpenAI({ baseURL, apiKey: "unused", maxRetries: 0 });
const model = "tiny";

const models = [];
for await (const one of client.models.list()) models.push(one.id);
assert.deepEqual(models, ["tiny", "run-a", "run-b"]);

const messages = [
  { role: "system", content: "Be short." },
  {
    role: "user",
    content: [
      { type: "image_url", image_url: { url: `data:image/png;base64,${readFileSync(image).toString("base64")}`, detail: "low" } },
      { type: "text", text: "What is it?" },
    ],
  },
];
const ask = { model, messages, seed: 5, max_completion_tokens: 20, n: 2 };
const whole = await client.chat.completions.create(ask);
assert.equal(whole.choices.length, 2);

const stream = await client.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } });
const texts = ["", ""];
const finishes = [[], []];
let last;
for await (const chunk of stream) {
  for (const choice of chunk.choices) {
    texts[choice.index] += choice.delta.content ?? "";
    if (choice.finish_reason) finishes[choice.index].push(choice.finish_reason);
  }
  last = chunk;
}
assert.deepEqual(texts, whole.choices.map((c) => c.message.content));
assert.deepEqual(finishes, whole.choices.map((c) => [c.finish_reason]));
assert.equal(last.choices.length, 0);
assert.equal(last.usage.completion_tokens, whole.usage.completion_tokens);

// The client's own way of putting a stream together again.
const helper = client.chat.completions.stream({ ...ask, n: 1 });
assert.equal(await helper.finalContent(), whole.choices[0].message.content);

const schema = {
  type: "object",
  properties: { red: { type: "boolean" }, shape: { enum: ["circle", "square"] } },
  required: ["red", "shape"],
  additionalProperties: false,
};
const parsed = await client.chat.completions.parse({
  model,
  messages: [{ role: "user", content: "Is it red?" }],
  response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
});
assert.equal(typeof JSON.parse(parsed.choices[0].message.content).red, "boolean");

const response = await client.responses.create({ model, input: "Hello", max_output_tokens: 9, temperature: 0 });
let text = "";
for await (const event of await client.responses.create({ model, input: "Hello", max_output_tokens: 9, temperature: 0, stream: true })) {
  if (event.type === "response.output_text.delta") text += event.delta;
}
assert.equal(text, response.output_text);

const completion = await client.completions.create({ model, prompt: "Once", max_tokens: 5, logprobs: 1 });
assert.equal(completion.choices[0].logprobs.tokens.join("").length, completion.choices[0].text.length);

await assert.rejects(client.chat.completions.create({ ...ask, model: "other" }), (e) => e instanceof OpenAI.NotFoundError && e.code === "model_not_found");
await assert.rejects(client.chat.completions.create({ ...ask, temperature: 9 }), (e) => e instanceof OpenAI.BadRequestError && e.param === "temperature");
console.log("all well");
