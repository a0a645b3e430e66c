// How a press or a choice reaches the app, from a message, the home or a window.

import { toast } from "./dom.js";
import { act, announce } from "./store.js";

export function complain(answer) {
  if (!answer.ok && answer.sentence) toast(answer.sentence);
  return answer;
}

// `target` names the thing: {channel, ts} or {view_id}. `values` is its state.values.
export function place(target, values) {
  const told = (block, element) => ({ ...target, block_id: block.block_id, action_id: element.action_id });
  return {
    press: async (block, element) => complain(await act("press", { ...told(block, element), value: element.value })),
    choose: async (block, element, given) => complain(await act("select", { ...told(block, element), value: given })),
    suggest: async (block, element, typed) => complain(await act("suggest", { ...told(block, element), typed })),
    value: (block, element) => values?.[block.block_id]?.[element.action_id],
    draft: () => {},
    redraw: announce,
  };
}
