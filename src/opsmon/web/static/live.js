"use strict";
// Live updates, count-downs and keys. Every page works without it: what changes is then seen by loading the page again.
(() => {
  const page = document.documentElement, live = document.getElementById("live");
  const lag = Date.now() - Number(page.dataset.now); // this clock minus the server's
  const SILENCE = 25000, GAP = 350, POLL = 15000;
  const now = () => Date.now() - lag;
  const two = (number) => String(number).padStart(2, "0");

  const timeOf = (ms) => new Date(ms).toLocaleTimeString("en-GB", { timeZone: page.dataset.zone });

  function countdown(ms) {
    const whole = ms < 0 ? Math.floor(-ms / 1000) : Math.floor(ms / 1000), days = Math.floor(whole / 86400);
    const clock = two(Math.floor(whole / 3600) % 24) + ":" + two(Math.floor(whole / 60) % 60);
    const text = days ? days + page.dataset.day + " " + clock : clock + ":" + two(whole % 60);
    return (ms < 0 ? "+" : "") + text;
  }

  function tick() {
    const stale = page.classList.contains("stale");
    for (const node of stale ? [] : document.querySelectorAll("[data-due]")) {
      const left = Number(node.dataset.due) - now(), text = countdown(left);
      if (node.textContent !== text) node.textContent = text;
      node.classList.toggle("over", left < 0);
    }
    for (const node of document.querySelectorAll("[data-clock]")) node.textContent = timeOf(now()).slice(0, 5);
  }

  // What is being typed or was typed stays as it is.
  const isTouched = (form) => "typed" in form.dataset || form.contains(document.activeElement) ||
    [...form.elements].some((one) => one.value !== one.defaultValue && one.type === "text" || one.type === "textarea" && one.value !== one.defaultValue);

  function sync(old, fresh) {
    if (old.nodeType !== 1 || fresh.nodeType !== 1 || old.tagName !== fresh.tagName) { old.replaceWith(fresh); return; }
    if (old.tagName === "FORM" && isTouched(old)) return;
    for (const { name } of [...old.attributes])
      if (!fresh.hasAttribute(name) && !(old.tagName === "DETAILS" && name === "open")) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    syncChildren(old, fresh);
  }

  function syncChildren(old, fresh) {
    const known = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
    const stays = new Set([...fresh.children].map((one) => one.id).filter(Boolean));
    let place = old.firstChild;
    const drop = () => { const next = place.nextSibling; place.remove(); place = next; };
    for (const wanted of [...fresh.childNodes]) {
      if (wanted.nodeType !== 1) {
        if (!place || place.nodeType !== wanted.nodeType) { old.insertBefore(wanted, place); continue; }
        if (place.data !== wanted.data) place.data = wanted.data;
        place = place.nextSibling;
        continue;
      }
      const mine = wanted.id && known.get(wanted.id);
      while (place && place !== mine && (place.nodeType !== 1 || (place.id ? !stays.has(place.id) : mine))) drop();
      const match = mine || (place && !place.id && !wanted.id && place.tagName === wanted.tagName && place);
      if (!match) { old.insertBefore(wanted, place); continue; }
      if (match === place) place = place.nextSibling; else old.insertBefore(match, place);
      sync(match, wanted);
    }
    while (place) drop();
  }

  const rows = () => new Map([...document.querySelectorAll(".row")].map((one) => [one.id, one.classList.contains("breached")]));
  function tellNews(before) {
    for (const [id, breached] of rows()) {
      const say = document.getElementById(id).dataset.say;
      if (breached && before.get(id) === false) document.getElementById("alarm").textContent = say;
      else if (!before.has(id)) document.getElementById("news").textContent = say;
    }
  }

  let tag = "", asked = 0, waiting = null, heard = Date.now();
  async function refresh() {
    waiting = null; asked = Date.now();
    const address = new URL(page.dataset.path, location.href);
    address.searchParams.set("part", "live"); address.hash = "";
    try {
      const answer = await fetch(address, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
      if (answer.status === 200) {
        const fresh = document.createElement("div"), before = rows();
        fresh.innerHTML = await answer.text(); // our own page: escaped by the server, and the policy lets no script in
        tag = answer.headers.get("ETag") || "";
        const focused = document.activeElement;
        syncChildren(live, fresh);
        if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
        tellNews(before);
      }
      if (answer.ok || answer.status === 304) alive();
    } catch { /* the silence tells */ }
  }
  function soon() { waiting ??= setTimeout(refresh, Math.max(0, asked + GAP - Date.now())); }

  function alive() {
    heard = Date.now();
    document.getElementById("as-of").textContent = timeOf(now());
    page.classList.remove("stale");
    document.getElementById("lost").hidden = true;
  }
  function watch() {
    if (Date.now() - heard < SILENCE || page.classList.contains("stale")) return;
    const lost = document.getElementById("lost");
    lost.textContent = lost.dataset.words + " " + document.getElementById("as-of").textContent;
    lost.hidden = false;
    page.classList.add("stale");
  }

  let stream = null, polling = null;
  function listen() {
    stream = new EventSource(page.dataset.base + "/stream");
    stream.addEventListener("change", () => { alive(); soon(); });
    stream.addEventListener("beat", (event) => { alive(); if (live.dataset.live === "often") soon(); page.dataset.seq = event.data; });
    stream.addEventListener("bye", () => { stream.close(); polling ??= setInterval(() => document.hidden || refresh(), POLL); });
    stream.onerror = () => { if (stream.readyState === 2) setTimeout(listen, 5000); };
    stream.onopen = soon;
  }

  function step(by) {
    const all = [...document.querySelectorAll("[data-row]")], here = all.indexOf(document.activeElement);
    const next = all[Math.min(Math.max(here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by, 0), all.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    const row = document.activeElement && document.activeElement.closest(".row, .incident") || document.querySelector(".incident");
    const take = row && row.querySelector("[data-take]");
    const does = { j: () => step(1), k: () => step(-1), a: () => take && take.click(), "?": () => document.getElementById("keys").showModal() };
    if (does[event.key]) { event.preventDefault(); does[event.key](); }
  });
  document.querySelectorAll(".filters select, .filters [type=checkbox]").forEach((one) => one.addEventListener("change", () => one.form.requestSubmit()));

  // Dragging over a large curve looks closer at that part: the address of its links, with other times.
  let pick = null;
  document.addEventListener("pointerdown", (event) => { pick = event.target.closest("svg[data-from]") && event; });
  document.addEventListener("pointerup", (event) => {
    if (!pick || Math.abs(event.clientX - pick.clientX) < 8) return;
    const chart = pick.target.closest("svg"), box = chart.getBoundingClientRect(), { from, to } = chart.dataset;
    const at = (x) => new Date(+from + (to - from) * Math.min(Math.max((x - box.left) / box.width, 0), 1)).toISOString();
    const [first, last] = [pick.clientX, event.clientX].sort((one, other) => one - other).map(at);
    location.search = "?" + new URLSearchParams({ from: first, to: last });
  });

  if (document.querySelector(".refused")) history.replaceState(null, "", page.dataset.path); // to load it again sends nothing
  setInterval(tick, 1000);
  tick();
  if (live && live.hasAttribute("data-live")) { setInterval(watch, 1000); listen(); }
})();
