/** The page's interactive parts: search, the choice of a state, and links from the grid to the workloads. */
export const pageScript = `
"use strict";
(() => {
  const search = document.getElementById("search");
  const state = document.getElementById("state");
  const result = document.getElementById("result");
  const nothing = document.getElementById("nothing");
  const rows = new Map();
  for (const row of document.querySelectorAll("#grid tbody tr")) rows.set(row.dataset.place, [...(rows.get(row.dataset.place) || []), row]);
  const places = [...document.querySelectorAll("details.place")].map((place) => ({
    place,
    open: place.open,
    name: place.dataset.name.toLowerCase(),
    rows: rows.get(place.id) || [],
    workloads: [...place.querySelectorAll("tr[data-state]")].map((row) => ({ row, state: row.dataset.state, text: "" })),
  }));
  document.querySelector(".tools").hidden = false;
  const chips = [...document.querySelectorAll("button.chip")];
  for (const chip of chips) {
    chip.disabled = false;
    chip.addEventListener("click", () => { state.value = state.value === chip.dataset.state ? "" : chip.dataset.state; apply(); });
  }
  const grid = document.getElementById("grid");
  const own = document.getElementById("own");
  if (own) {
    own.hidden = false;
    const box = own.querySelector("input");
    const show = () => grid.classList.toggle("ours", !box.checked);
    box.addEventListener("change", show);
    show();
  }
  // read once, and only when somebody searches: a large mesh has megabytes of text
  let read = false;
  const readTexts = () => {
    if (read) return;
    read = true;
    for (const each of places) {
      each.settings = each.rows.map((row) => row.textContent.toLowerCase()).join(" ");
      for (const workload of each.workloads) workload.text = workload.row.textContent.toLowerCase();
    }
  };
  const mostOpened = 20;
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = state.value;
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.state === wanted));
    if (words.length > 0) readTexts();
    const filtered = words.length > 0 || wanted !== "";
    let shownPlaces = 0, shownWorkloads = 0, opened = 0;
    for (const each of places) {
      const rest = words.filter((word) => !each.name.includes(word));
      const inSettings = rest.length === 0 || rest.every((word) => each.settings.includes(word));
      let here = 0;
      for (const workload of each.workloads) {
        const fits = (wanted === "" || workload.state === wanted) && (inSettings || rest.every((word) => workload.text.includes(word)));
        workload.row.hidden = !fits;
        if (fits) here++;
      }
      const visible = here > 0 || (wanted === "" && inSettings);
      each.place.hidden = !visible;
      for (const row of each.rows) row.hidden = !visible;
      if (visible) { shownPlaces++; shownWorkloads += here; }
      each.place.open = filtered ? visible && here > 0 && opened++ < mostOpened : each.open;
    }
    result.textContent = filtered ? shownWorkloads + (shownWorkloads === 1 ? " workload" : " workloads") + " in " + shownPlaces + (shownPlaces === 1 ? " namespace" : " namespaces") : "";
    nothing.hidden = shownPlaces > 0;
  };
  let timer;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
  state.addEventListener("change", apply);
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === "/" && !typing) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && event.target === search) { search.value = ""; apply(); }
  });
  const visit = () => {
    const place = document.getElementById(location.hash.slice(1));
    if (!place || !place.classList.contains("place")) return;
    place.open = true;
    place.querySelector("summary").focus();
  };
  addEventListener("hashchange", visit);
  grid?.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    // the same link twice changes no hash
    if (link && link.hash === location.hash) visit();
  });
  visit();
})();
`;
