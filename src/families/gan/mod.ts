/**
 * Generative adversarial networks.
 * @module
 */
export { gan } from "./family.ts";
export { type Config, config, type Settings, settingsOf } from "./config.ts";
