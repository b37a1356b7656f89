/**
 * Dialogues as tokens: chat templates, and which tokens are answers.
 * @module
 */
export { type Dialogue, dialogueTokens, promptTokens } from "./dialogue.ts";
export { type ChatForm, type Ending, endsOf } from "./ends.ts";
export { ANSWERS, type Message, type Turn } from "./message.ts";
export { chatTokensOf, renderChat, type RenderOptions } from "./render.ts";
export { separatedTokenizer } from "./separator.ts";
export { CHATML_TOKENS, speaksChatml, templateOf, TEMPLATES } from "./templates.ts";
