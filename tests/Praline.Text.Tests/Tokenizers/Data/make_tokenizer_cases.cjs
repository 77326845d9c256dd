// Makes tokenizer_cases.json.gz with the Rust library itself: npm install tokenizers@0.23.2, then
//   NODE_PATH=node_modules node make_tokenizer_cases.cjs tokenizer_cases.json.gz
// Each case is a small tokenizer.json that exercises some parts, with ids and decodings of all texts.
const fs = require('fs');
const os = require('os');
const path = require('path');
const zlib = require('zlib');
const { Tokenizer } = require('tokenizers');

const corpus = [
  'The quick brown fox jumps over the lazy dog.', 'A man is riding a wave on a surfboard in the ocean.',
  "It's a dog's life, isn't it? We'll see; they've gone.", 'two dogs are playing in the park with a red ball',
  'def f(x):\n    return x ** 2  # square', 'There are 3 cats, 14 birds and 1,592 ants.', 'Zażółć gęślą jaźń, Привет, мир!',
  'the the the then there their them these', 'running runner ran, playing player played', '你好，世界 日本語', 'hello world hello there',
];
const texts = [
  'Hello', ' Hello', '  Hello  world  ', 'The quick brown fox.', "It's the DOG'S life, isn't it? WE'LL see, they've gone.", '', ' ', '   ', '\n', '\n\n\n',
  'line one\nline two\r\n\r\nline  three\n ', '\ttab\t\tbed', 'There are 3 cats, 14 birds and 1,592 ants (2023).', '100% $19.99 ½ ²³ ٣٤٥ Ⅳ', '你好，世界！',
  '日本語のテキスト', 'Привет, мир! Как дела?', 'Zażółć gęślą jaźń', 'Ünïcödé àccénts', 'e\u0301 combining vs é', 'ﬁ ligature ﬂ Å', 'İstanbul ΑΒΓΣ ſ', '𝕳𝖊𝖑𝖑𝖔 𝟙𝟚',
  '😀😃 text😀text', '👨\u200d👩\u200d👧 family', '\u00a0nbsp\u00a0x', 'zero\u200bwidth', 'soft\u00adhyphen', 'ideographic\u3000space', '\ufeffBOM', 'a\u0000b\u0001c',
  'x<extra>y', 'x <extra> y', '  <extra>  <extra>', '<extra><extra>', 'wordy word words word', 'word', 'a word.', '<s>hello</s> <pad>', 'Added ADDED added', '<0x0A><0xE4>',
  'snake_case camelCase C:\\path\\x', '!!!???... --- ==', 'for(i=0;i<10;++i){}', '▁under▁score', 'Ġ Ċ </w> ##x', 'K Å unit', 'aaaaaaaaaaaaaaaaaaaa', 'antidisestablishmentarianism',
  'the then their', "don't do not , . ! n't 's", '안녕하세요', 'สวัสดี', 'नमस्ते दुनिया', '\u0085next\u2028line', 'mixed \t \n space \n\t end', 'ABC123def456', '1234567', "'s 'T 'LL x'vE",
];

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'tok-'));
function trained(preTokenizer, normalizer, model = {}) {
  const file = path.join(temporary, 'corpus.txt');
  fs.writeFileSync(file, corpus.join('\n') + '\n');
  const t = Tokenizer.fromString(JSON.stringify({ version: '1.0', added_tokens: [], normalizer, pre_tokenizer: preTokenizer, post_processor: null, decoder: null,
    model: { type: 'BPE', vocab: {}, merges: [], ...model } }));
  t.train([file]);
  const saved = path.join(temporary, 'saved.json');
  t.save(saved);
  const json = JSON.parse(fs.readFileSync(saved, 'utf8'));
  json.model.merges = json.model.merges.slice(0, 150);
  const keep = new Set(json.model.merges.map(m => (Array.isArray(m) ? m : m.split(' '))).map(([a, b]) => a + (model.continuing_subword_prefix ? b.slice(model.continuing_subword_prefix.length) : b)));
  const parts = new Set(json.model.merges.flatMap(m => (Array.isArray(m) ? m : m.split(' '))));
  const tokens = Object.keys(json.model.vocab).filter(k => keep.has(k) || parts.has(k) || [...k.replace(/^##|<\/w>$/g, '')].length === 1);
  json.model.vocab = Object.fromEntries(tokens.map((k, i) => [k, i]));
  return json;
}

const byteLevel = (extra = {}) => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true, ...extra });
const special = (id, content, extra = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...extra });
const split = (regex, behavior = 'Isolated', invert = false) => ({ type: 'Split', pattern: { Regex: regex }, behavior, invert });
const sequence = (key, type, items) => ({ type, [key]: items });
const pres = (...items) => sequence('pretokenizers', 'Sequence', items);
const norms = (...items) => sequence('normalizers', 'Sequence', items);
const decs = (...items) => sequence('decoders', 'Sequence', items);

function withBytes(json) { // completes the byte alphabet
  const bs = []; for (let b = 0; b < 256; b++) if ((b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174) bs.push(b);
  let n = 0; const chars = [];
  for (let b = 0; b < 256; b++) chars.push(String.fromCodePoint(bs.includes(b) ? b : 256 + n++));
  for (const c of chars) if (!(c in json.model.vocab)) json.model.vocab[c] = Object.keys(json.model.vocab).length;
  return json;
}
function withFallback(json) {
  for (let b = 0; b < 256; b++) json.model.vocab[`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`] = Object.keys(json.model.vocab).length;
  json.model.byte_fallback = true;
  return json;
}
function add(json, ...tokens) {
  let id = Object.keys(json.model.vocab).length;
  json.added_tokens = tokens.map(([content, extra]) => special(content in json.model.vocab ? json.model.vocab[content] : id++, content, extra));
  return json;
}
const template = (bos, id) => ({ type: 'TemplateProcessing', single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
  pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }], special_tokens: { [bos]: { id: bos, ids: [id], tokens: [bos] } } });

const cases = {};
cases.byte_level_prefix_space = Object.assign(withBytes(trained(byteLevel({ add_prefix_space: true }))), { decoder: byteLevel() });
const patterns = {
  gpt2: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  qwen2: "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  cl100k: "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
  o200k: "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  han: "[\\p{Han}]+|[^\\S\\r\\n]+|\\w+|[^\\w\\s]",
  classes: "[a-c&&[^b]]+|[[:digit:]]{2,}|\\bw\\w*?d\\b|(?<=\\s)[A-Z]|x$|^.|\\x{1F600}",
};
for (const [name, regex] of Object.entries(patterns)) {
  cases['split_' + name] = Object.assign(withBytes(trained(pres(split(regex), byteLevel({ use_regex: false })))), { decoder: byteLevel() });
}
for (const behavior of ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']) {
  for (const invert of [false, true]) {
    cases[`behavior_${behavior}_${invert}`] = Object.assign(
      withBytes(trained(pres(split('[\\s.,!?]|\\d+', behavior, invert), byteLevel({ use_regex: false })))), { decoder: byteLevel() });
  }
}
const meta = (scheme, splits) => ({ type: 'Metaspace', replacement: '▁', prepend_scheme: scheme, split: splits });
for (const [scheme, splits] of [['always', true], ['first', true], ['first', false], ['never', true], ['always', false]]) {
  cases[`metaspace_${scheme}_${splits}`] = add(Object.assign(withFallback(trained(meta(scheme, true))),
    { pre_tokenizer: meta(scheme, splits), decoder: decs({ type: 'ByteFallback' }, meta(scheme, splits)) }), ['<extra>', {}], ['<s>', {}], ['</s>', {}]);
}
const llama = withFallback(trained(meta('always', true)));
llama.model.vocab['<unk>'] = Object.keys(llama.model.vocab).length;
Object.assign(llama.model, { unk_token: '<unk>', fuse_unk: true });
Object.assign(llama, { pre_tokenizer: null, normalizer: norms({ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }),
  decoder: decs({ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }) });
cases.llama_strip_left = add(structuredClone(llama), ['<extra>', { lstrip: true }], ['<s>', {}], ['word', { single_word: true, special: false }]);
cases.llama_strip_right = add(structuredClone(llama), ['<extra>', { rstrip: true }], ['</s>', { lstrip: true, rstrip: true }], ['added', { special: false, normalized: true }]);
cases.llama_normalized = add(structuredClone(llama), ['<extra>', { normalized: true }], ['<s>', { normalized: true, single_word: true }]);
cases.lowercase_normalized = add(Object.assign(withBytes(trained(byteLevel())), { normalizer: norms({ type: 'NFKC' }, { type: 'Lowercase' }), decoder: byteLevel() }),
  ['ADDED', { special: false, normalized: true }], ['<Extra>', { normalized: false }], ['<EXTRA>', { normalized: true }]);
cases.roberta = Object.assign(withBytes(trained(byteLevel())), { decoder: byteLevel(), post_processor: { type: 'RobertaProcessing', sep: ['</s>', 1], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: false } });
cases.sequence_processor = Object.assign(withBytes(trained(byteLevel())), { decoder: byteLevel(), post_processor: { type: 'Sequence', processors: [byteLevel(), template('a', 5)] } });
const unknown = trained({ type: 'Whitespace' });
unknown.model.vocab['[UNK]'] = Object.keys(unknown.model.vocab).length;
unknown.model.unk_token = '[UNK]';
cases.unk_not_fused = structuredClone(unknown);
cases.unk_fused = Object.assign(structuredClone(unknown), {}); cases.unk_fused.model.fuse_unk = true;
cases.no_unk = structuredClone(unknown); cases.no_unk.model.unk_token = null;
// The trainer behind train() knows no affixes: these two are written out.
const letters = [...new Set([...texts.join('') + 'abcdefghijklmnopqrstuvwxyz'])].filter(c => c.charCodeAt(0) < 128 && c.trim());
function affixed(tokens, merges, model, decoder) {
  return { version: '1.0', added_tokens: [], normalizer: null, pre_tokenizer: { type: 'WhitespaceSplit' }, post_processor: null, decoder,
    model: { type: 'BPE', vocab: Object.fromEntries([...new Set(tokens)].map((k, i) => [k, i])), merges, ...model } };
}
cases.suffix = affixed([...letters, ...letters.map(c => c + '</w>'), 'th', 'the</w>', 'er', 'er</w>', 'wo', 'wor', 'word</w>', 'dy</w>', 'he'],
  ['t h', 'th e</w>', 'e r</w>', 'e r', 'w o', 'wo r', 'wor d</w>', 'd y</w>', 'h e'], { end_of_word_suffix: '</w>' }, { type: 'BPEDecoder', suffix: '</w>' });
cases.prefix = affixed([...letters, ...letters.map(c => '##' + c), 'th', 'the', '##er', 'wo', '##rd', 'word', '##dy', '##he', 'the##x'],
  ['t ##h', 'th ##e', '##e ##r', 'w ##o', '##r ##d', 'wo ##rd', '##d ##y', '##h ##e'], { continuing_subword_prefix: '##' }, { type: 'WordPiece', prefix: '##', cleanup: true });
cases.ignore_merges = Object.assign(withBytes(trained(byteLevel())), { decoder: byteLevel() });
cases.ignore_merges.model.ignore_merges = true;
cases.ignore_merges.model.vocab['Ġword'] = Object.keys(cases.ignore_merges.model.vocab).length;
cases.ignore_merges.model.vocab['antidisestablishmentarianism'] = Object.keys(cases.ignore_merges.model.vocab).length;
for (const behavior of ['Isolated', 'MergedWithPrevious', 'Contiguous', 'Removed', 'MergedWithNext']) {
  cases['punctuation_' + behavior] = Object.assign(structuredClone(unknown), { pre_tokenizer: { type: 'Punctuation', behavior } });
}
for (const individual of [true, false]) {
  cases['digits_' + individual] = Object.assign(structuredClone(unknown), { pre_tokenizer: pres({ type: 'WhitespaceSplit' }, { type: 'Digits', individual_digits: individual }) });
}
cases.char_delimiter = Object.assign(structuredClone(unknown), { pre_tokenizer: { type: 'CharDelimiterSplit', delimiter: 'e' } });
const normalizers = {
  nfc: { type: 'NFC' }, nfd: { type: 'NFD' }, nfkc: { type: 'NFKC' }, nfkd: { type: 'NFKD' }, strip: { type: 'Strip', strip_left: true, strip_right: false },
  strip_accents: norms({ type: 'NFD' }, { type: 'StripAccents' }), nmt: { type: 'Nmt' }, replace: { type: 'Replace', pattern: { Regex: '(\\d)+|[aeiou]{2,}' }, content: '_' },
  byte_level: { type: 'ByteLevel' }, lowercase: { type: 'Lowercase' }, bert_plain: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: false },
};
for (const [name, normalizer] of Object.entries(normalizers)) {
  cases['normalizer_' + name] = Object.assign(withBytes(trained(byteLevel())), { normalizer, decoder: byteLevel(), pre_tokenizer: name === 'byte_level' ? null : byteLevel() });
}
const pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'the', 'dog', 'fox', 'quick', 'brown', 'play', '##ing', '##s', '##ed', 'a', 'is', 'it', "'", '.', ',', '!', '?', 'run', '##n', '##er', 'hello', 'world', 'cafe', 'i', '##s', '##t',
  '你', '好', 'e', '##e', 'l', '##l', 'h', '##o', 'cat', 'life', 'zazolc', '1', '##2', '##3', '100', '%', 'word', '##y'];
const vocab = Object.fromEntries([...new Set(pieces)].map((p, i) => [p, i]));
cases.bert = { version: '1.0', added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map(t => special(vocab[t], t)), normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' }, post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] }, decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 20, vocab } };
cases.word_level = { version: '1.0', added_tokens: [], normalizer: { type: 'Lowercase' }, pre_tokenizer: { type: 'Whitespace' }, post_processor: null, decoder: null, model: { type: 'WordLevel', unk_token: '[UNK]', vocab } };
const scored = [['<unk>', 0], ['▁', -2], ['▁the', -1.5], ['▁a', -2.1], ['s', -3], ['t', -3.1], ['e', -2.9], ['h', -3.3], ['l', -3.4], ['o', -3.2], ['d', -3.6], ['▁d', -3.9], ['og', -3.7], ['dog', -4], ['▁dog', -4.1], ['he', -3.05], ['ll', -4.2], ['▁hello', -5],
  ['w', -4], ['or', -3.8], ['world', -6], ['a', -3.05], ['n', -3.3], ['i', -3.2], ['in', -3.5], ['ing', -3.9], ['aa', -5.5], ['aaa', -7], ['1', -5], ['2', -5], ['3', -5], ['.', -4], [',', -4], ['re', -4], ['r', -3.7], ['你', -8], ['😀', -9]];
const unigram = { version: '1.0', added_tokens: [], normalizer: { type: 'NFKC' }, pre_tokenizer: meta('always', true), post_processor: null, decoder: meta('always', true), model: { type: 'Unigram', unk_id: 0, vocab: scored, byte_fallback: false } };
cases.unigram = structuredClone(unigram);
cases.unigram_whole = Object.assign(structuredClone(unigram), { pre_tokenizer: meta('first', false) });
cases.unigram_bytes = Object.assign(structuredClone(unigram), { decoder: decs({ type: 'ByteFallback' }, meta('always', true)) });
for (let b = 0; b < 256; b++) cases.unigram_bytes.model.vocab.push([`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`, 0]);
cases.unigram_bytes.model.byte_fallback = true;
if (process.argv[3]) { // a small character map that SentencePiece compiled
  const charsmap = fs.readFileSync(process.argv[3]).toString('base64');
  cases.precompiled = Object.assign(structuredClone(unigram), { normalizer: { type: 'Precompiled', precompiled_charsmap: charsmap } });
}

(async () => {
  const result = [];
  for (const [name, json] of Object.entries(cases)) {
    const tokenizer = Tokenizer.fromString(JSON.stringify(json));
    const items = [];
    for (const text of texts) {
      try {
        const ids = (await tokenizer.encode(text, null, { addSpecialTokens: true })).getIds();
        const plain = (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds();
        // This version decodes a normalized added token to its normalized text; those before 0.22 (and transformers 4) to its content.
        if (json.normalizer && json.added_tokens.some(t => t.normalized)) items.push({ text, ids, ids_no_special: plain });
        else items.push({ text, ids, ids_no_special: plain, decoded: await tokenizer.decode(ids, false), decoded_skip_special: await tokenizer.decode(ids, true) });
      } catch (e) { items.push({ text, error: String(e) }); }
    }
    result.push({ name, tokenizer: json, cases: items });
  }
  // The trainer: all merges that the corpus gives at byte level.
  const file = path.join(temporary, 'corpus.txt');
  fs.writeFileSync(file, corpus.map(t => t.replace(/\n/g, ' ')).join('\n') + '\n');
  const t = Tokenizer.fromString(JSON.stringify({ version: '1.0', added_tokens: [], normalizer: null, pre_tokenizer: byteLevel(), post_processor: null, decoder: null, model: { type: 'BPE', vocab: {}, merges: [] } }));
  t.train([file]);
  const saved = path.join(temporary, 'trained.json');
  t.save(saved);
  const merges = JSON.parse(fs.readFileSync(saved, 'utf8')).model.merges.map(m => (Array.isArray(m) ? m.join(' ') : m));
  const training = { texts: corpus.map(c => c.replace(/\n/g, ' ') + '\n'), merges };
  const note = 'Made by the Rust library tokenizers 0.23.2 (make_tokenizer_cases.cjs).';
  fs.writeFileSync(process.argv[2], zlib.gzipSync(JSON.stringify({ note, training, tokenizers: result }), { level: 9 }));
  console.log(result.length, 'tokenizers', result.reduce((n, r) => n + r.cases.filter(c => c.error).length, 0), 'errors');
  for (const r of result) for (const c of r.cases) if (c.error) console.log(r.name, JSON.stringify(c));
})();
