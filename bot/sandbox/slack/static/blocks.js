// Block Kit, drawn.

import { h } from "./dom.js";
import { field } from "./fields.js";
import { label, textObject } from "./mrkdwn.js";

export const blocks = (list, where) => list.map((block) => {
  const draw = BLOCKS[block.type];
  return draw ? draw(block, where) : h("p", { class: "unknown" }, `[${block.type}]`);
});

const picture = (element) => h("span", { class: "picture", role: "img", "aria-label": element.alt_text }, "▣ ", element.alt_text);

function section(block, where) {
  return h("div", { class: "block section" },
    h("div", { class: "grow" },
      block.text && h("div", { class: "text" }, textObject(block.text)),
      block.fields && h("div", { class: "fields" }, block.fields.map((each) => h("div", { class: "text" }, textObject(each))))),
    block.accessory && h("div", { class: "accessory" },
      block.accessory.type === "image" ? picture(block.accessory) : field(block.accessory, block, where)));
}

function input(block, where) {
  const error = where.error?.(block);
  const group = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const control = field(block.element, block, where);
  if (error) control.setAttribute("aria-invalid", "true");
  return h("div", { class: error ? "block input wrong" : "block input" },
    h(group ? "fieldset" : "label", { class: "field" },
      h(group ? "legend" : "span", { class: "label" }, label(block.label), block.optional && h("small", {}, " (optional)")), control),
    error && h("p", { class: "error", role: "alert" }, error),
    block.hint && h("p", { class: "hint" }, label(block.hint)));
}

const BLOCKS = {
  section,
  input,
  header: (block) => h("h3", { class: "block" }, label(block.text)),
  divider: () => h("hr", { class: "block" }),
  image: (block) => h("div", { class: "block" }, picture(block)),
  context: (block) => h("div", { class: "block context" }, block.elements.map((each) =>
    (each.type === "image" ? picture(each) : h("span", {}, textObject(each))))),
  actions: (block, where) => h("div", { class: "block actions" }, block.elements.map((each) => field(each, block, where))),
};
