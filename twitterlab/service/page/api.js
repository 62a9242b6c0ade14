// Calls to the service, each with the caller's token; an answer comes with what it cost, a refusal with its reason.

import { end, session } from "./session.js";

const PATIENCE = 30_000; // milliseconds until a call that hangs counts as failed

/** Why a call failed, in words for the reader; `status` is 0 where no answer came at all. */
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** `{data, work}` of a call; a `Problem` where it was refused or did not get through, AbortError if given up. */
export async function call(method, path, { json, body, headers = {}, signal, token } = {}) {
  const options = { method, signal, headers: { ...headers } };
  options.body = json === undefined ? body : JSON.stringify(json);
  if (json !== undefined) options.headers["Content-Type"] = "application/json";
  return send(path, options, token, async (answer) => (answer.status === 204 ? null : answer.json()));
}

export const get = (path, options) => call("GET", path, options);

/** The bytes of a picture. */
export async function picture(key) {
  const { data } = await send(`/media/${key}`, { method: "GET", headers: {} }, undefined, (answer) => answer.blob());
  return data;
}

async function send(path, options, token, read) {
  const used = token ?? session()?.token;
  if (used) options.headers.Authorization = `Bearer ${used}`;
  const given = options.signal;
  const limit = AbortSignal.timeout(PATIENCE);
  options.signal = given ? AbortSignal.any([given, limit]) : limit;
  try {
    const answer = await fetch(path, options);
    if (!answer.ok) throw await refused(answer, used);
    return { data: await read(answer), work: workOf(answer) };
  } catch (error) {
    if (error instanceof Problem || given?.aborted) throw error;
    throw new Problem(0, "The service cannot be reached. Is it still running?");
  }
}

async function refused(answer, token) {
  const said = await answer.json().catch(() => ({}));
  const problem = new Problem(answer.status, reason(answer, said));
  const expired = answer.status === 401 && session() !== null && session().token === token;
  if (expired) end(`You were signed out: ${problem.message}`);
  return problem;
}

function reason(answer, said) {
  const detail = said.detail ?? said.title ?? `The service answered ${answer.status}.`;
  const wait = answer.status === 429 ? answer.headers.get("Retry-After") : null;
  return wait ? `${detail} Try again in ${wait} seconds.` : detail;
}

/** The header `rows_read=48, queries=3` as numbers by name; an empty record where there is none. */
function workOf(answer) {
  const pairs = (answer.headers.get("Twitterlab-Work") ?? "").split(", ").filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => pair.split("=")).map(([name, value]) => [name, Number(value)]));
}
