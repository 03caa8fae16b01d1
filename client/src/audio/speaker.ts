/**
 * Recipes → WebAudio. Browsers let nothing sound before the first key or touch, so the
 * context is made then; until that moment, and where there is no WebAudio, it is silent.
 */

import type { Settings } from "../settings/schema";
import type { SettingsStore } from "../settings/store";
import { type Bus, lengthS, SOUNDS, type SoundName, type Voice } from "./sounds";
import { type Held, Voices } from "./voices";

const GESTURES = ["pointerdown", "keydown", "touchend"] as const;
/** Volumes glide: a jump would click. */
const GLIDE_S = 0.02;
/** Silence, as far as an exponential ramp can go. */
const SILENT = 0.0001;

interface Desk {
  readonly context: AudioContext;
  readonly master: GainNode;
  readonly buses: Readonly<Record<Bus, GainNode>>;
  readonly noise: AudioBuffer;
}

export class Speaker {
  readonly #settings: SettingsStore;
  readonly #voices = new Voices();
  readonly #playing = new Map<Held, GainNode>();
  #desk: Desk | null = null;

  constructor(settings: SettingsStore) {
    this.#settings = settings;
    const unlock = (): void => this.#unlock();
    for (const gesture of GESTURES) window.addEventListener(gesture, unlock, { capture: true });
    settings.watch((now) => this.#level(now));
    document.addEventListener("visibilitychange", () => this.#level(settings.now));
  }

  /** `pan` −1…1, `gain` 0…1 after distance. */
  play(name: SoundName, pan = 0, gain = 1): void {
    const desk = this.#desk;
    if (desk === null || desk.context.state !== "running") return;
    const recipe = SOUNDS[name];
    const lengthMs = lengthS(recipe) * 1000;
    const { priority, gapMs } = recipe;
    const claim = { name, priority, gain, lengthMs, gapMs };
    const place = this.#voices.claim(claim, performance.now());
    if (place === null) return;
    if (place.stopped !== null) this.#stop(place.stopped, desk);
    const out = new GainNode(desk.context, { gain });
    const panner = new StereoPannerNode(desk.context, { pan });
    out.connect(panner).connect(desk.buses[recipe.bus]);
    for (const voice of recipe.voices) sound(desk, voice, out);
    this.#playing.set(place.held, out);
    window.setTimeout(() => {
      this.#playing.delete(place.held);
      panner.disconnect();
    }, lengthMs + 60);
  }

  #stop(held: Held, { context }: Desk): void {
    this.#playing.get(held)?.gain.setTargetAtTime(0, context.currentTime, GLIDE_S);
    this.#playing.delete(held);
  }

  #unlock(): void {
    if (typeof AudioContext === "undefined") return;
    this.#desk ??= openDesk();
    // Phones suspend it again with every call and every lock of the screen.
    if (this.#desk.context.state !== "running") void this.#desk.context.resume();
    this.#level(this.#settings.now);
  }

  #level(settings: Settings): void {
    const desk = this.#desk;
    if (desk === null) return;
    const silent = settings.muted || document.hidden;
    const set = (node: GainNode, share: number) =>
      // Ears hear ratios: the square makes the middle of the slider half as loud.
      node.gain.setTargetAtTime(share * share, desk.context.currentTime, GLIDE_S);
    set(desk.master, silent ? 0 : settings.masterVolume);
    set(desk.buses.effects, settings.effectsVolume);
    set(desk.buses.interface, settings.interfaceVolume);
  }
}

function openDesk(): Desk {
  const context = new AudioContext({ latencyHint: "interactive" });
  const master = new GainNode(context, { gain: 0 });
  // Many at once must not crackle.
  const limit = new DynamicsCompressorNode(context, { threshold: -14, ratio: 8, release: 0.15 });
  master.connect(limit).connect(context.destination);
  const bus = (): GainNode => {
    const node = new GainNode(context, { gain: 0 });
    node.connect(master);
    return node;
  };
  return { context, master, buses: { effects: bus(), interface: bus() }, noise: hiss(context) };
}

function hiss(context: AudioContext): AudioBuffer {
  const buffer = new AudioBuffer({ length: context.sampleRate, sampleRate: context.sampleRate });
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < samples.length; index += 1) samples[index] = Math.random() * 2 - 1;
  return buffer;
}

function sound({ context, noise }: Desk, voice: Voice, out: GainNode): void {
  const start = context.currentTime + (voice.delayS ?? 0);
  const end = start + voice.lengthS;
  const loud = new GainNode(context, { gain: SILENT });
  loud.gain.setValueAtTime(SILENT, start);
  loud.gain.exponentialRampToValueAtTime(voice.gain, start + (voice.attackS ?? 0.004));
  loud.gain.exponentialRampToValueAtTime(SILENT, end);
  loud.connect(out);
  const glide = (pitch: AudioParam): void => {
    pitch.setValueAtTime(voice.from, start);
    pitch.exponentialRampToValueAtTime(voice.to, end);
  };
  const source =
    voice.wave === "noise"
      ? rush(context, noise, glide, loud)
      : hum(context, voice.wave, glide, loud);
  source.start(start);
  source.stop(end + 0.02);
}

function rush(
  context: AudioContext,
  noise: AudioBuffer,
  glide: (pitch: AudioParam) => void,
  out: GainNode,
): AudioScheduledSourceNode {
  const source = new AudioBufferSourceNode(context, { buffer: noise, loop: true });
  // Another stretch of it each time: the same one over and over would ring.
  source.loopStart = Math.random() * 0.5;
  const filter = new BiquadFilterNode(context, { type: "lowpass", Q: 1.2 });
  glide(filter.frequency);
  source.connect(filter).connect(out);
  return source;
}

function hum(
  context: AudioContext,
  type: OscillatorType,
  glide: (pitch: AudioParam) => void,
  out: GainNode,
): AudioScheduledSourceNode {
  const source = new OscillatorNode(context, { type });
  glide(source.frequency);
  source.connect(out);
  return source;
}
