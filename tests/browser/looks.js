// What a page must keep to at any width, with any words. Each function returns sentences about what is wrong.
window.hirfaLooks = (() => {
  const shown = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true });
  const named = (el) => {
    const text = (el.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${el.localName}${el.className && el.className.baseVal === undefined ? ` class="${el.className}"` : ""}> ${text}`;
  };
  const clips = (el) => {
    for (let box = el.parentElement; box; box = box.parentElement) {
      if (box === document.documentElement) return false;
      if (getComputedStyle(box).overflowX !== "visible") return true;
    }
    return false;
  };
  const unseen = (el) => el.closest(".vh, .skip") !== null;

  function outside(width) {
    const wrong = [];
    const boxes = [];
    const whole = document.documentElement.scrollWidth;
    if (whole !== width) wrong.push(`the page is ${whole} px wide on ${width} px`);
    for (const el of document.body.querySelectorAll("*")) {
      if (!shown(el) || unseen(el) || clips(el) || el.closest("svg") !== null && el.localName !== "svg") continue;
      const box = el.getBoundingClientRect();
      if (box.width && (box.right > width + 1 || box.left < -1)) boxes.push([el, box]);
    }
    for (const [el, box] of boxes) {
      if (boxes.some(([other]) => other !== el && el.contains(other))) continue; // the innermost one is the cause
      wrong.push(`${named(el)} lies from ${Math.round(box.left)} to ${Math.round(box.right)} on ${width} px`);
    }
    return wrong.slice(0, 8);
  }

  // A box that hides what does not fit has lost words: only what may scroll or is meant unseen is let off.
  function cut() {
    const wrong = [];
    for (const el of document.body.querySelectorAll("*")) {
      if (!shown(el) || unseen(el) || ["INPUT", "SELECT", "TEXTAREA", "svg", "VIDEO"].includes(el.tagName)) continue;
      const style = getComputedStyle(el);
      const own = [...el.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (!own || style.overflowX === "visible" || style.overflowX === "auto") continue;
      if (el.scrollWidth > el.clientWidth + 1 || el.scrollHeight > el.clientHeight + 1) wrong.push(`cut: ${named(el)}`);
    }
    return wrong.slice(0, 5);
  }

  // 40 % more letters in every word, without touching figures, codes and addresses.
  function lengthen() {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walk.nextNode()) texts.push(walk.currentNode);
    for (const text of texts) {
      const parent = text.parentElement;
      if (!text.data.trim() || parent.closest("script, style, option, bdi, .num, .ltr, [dir=ltr]")) continue;
      text.data = text.data.replace(/[\p{L}\p{M}’']{3,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.4)));
    }
  }

  function structure(lang) {
    const wrong = [];
    const root = document.documentElement;
    if (root.lang !== lang) wrong.push(`lang is ${root.lang}`);
    if (root.dir !== (lang === "ar" ? "rtl" : "ltr")) wrong.push(`dir is ${root.dir}`);
    const heads = document.querySelectorAll("h1").length;
    if (heads !== 1) wrong.push(`${heads} h1`);
    for (const image of document.images) {
      if (!image.hasAttribute("alt")) wrong.push(`no alt: ${image.src}`);
      if (!image.hasAttribute("width") || !image.hasAttribute("height")) wrong.push(`no size: ${image.src}`);
    }
    const seen = new Set();
    for (const { id } of document.querySelectorAll("[id]")) {
      if (seen.has(id)) wrong.push(`id twice: ${id}`);
      seen.add(id);
    }
    for (const image of document.images) {
      if (shown(image) && image.complete && !image.naturalWidth && image.loading !== "lazy") wrong.push(`broken: ${image.src}`);
    }
    return wrong;
  }
  return { outside, cut, lengthen, structure };
})();
