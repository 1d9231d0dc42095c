// What is kept in this browser: entries until the node has them, and a few words about it. In IndexedDB, or in memory where
// the browser keeps nothing.
"use strict";
(function (desk) {
  const memory = { entries: new Map(), about: new Map() };
  let database = null; // null until opened, and where the browser keeps nothing

  function openDatabase() {
    return new Promise((resolve) => {
      let request;
      try {
        request = indexedDB.open("haven-desk", 1);
      } catch (error) {
        resolve(null);
        return;
      }
      request.onupgradeneeded = () => {
        request.result.createObjectStore("entries", { keyPath: "number" });
        request.result.createObjectStore("about");
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
    });
  }

  const opened = openDatabase().then((found) => {
    database = found;
  });

  // Runs `work` on both stores in one transaction; what it returns as request gives the result.
  function inStores(mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(["entries", "about"], mode);
      const result = {};
      transaction.oncomplete = () => resolve(result.value);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore("entries"), transaction.objectStore("about"), (value) => {
        result.value = value;
      });
    });
  }

  // Gives the entry the next number of this browser, in one transaction with keeping it: two tabs never share one.
  async function keep(entry) {
    await opened;
    if (!database) {
      entry.number = (memory.about.get("last") || 0) + 1;
      memory.about.set("last", entry.number);
      memory.entries.set(entry.number, entry);
      return Promise.resolve(entry.number);
    }
    return inStores("readwrite", (entries, about, give) => {
      const last = about.get("last");
      last.onsuccess = () => {
        entry.number = (last.result || 0) + 1;
        about.put(entry.number, "last");
        entries.add(entry);
        give(entry.number);
      };
    });
  }

  function change(entry) {
    if (!database) {
      memory.entries.set(entry.number, entry);
      return Promise.resolve();
    }
    return inStores("readwrite", (entries) => {
      entries.put(entry);
    });
  }

  function forget(number) {
    if (!database) {
      memory.entries.delete(number);
      return Promise.resolve();
    }
    return inStores("readwrite", (entries) => {
      entries.delete(number);
    });
  }

  async function kept() {
    await opened;
    if (!database) return Promise.resolve(Array.from(memory.entries.values()));
    return inStores("readonly", (entries, about, give) => {
      const list = [];
      entries.openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) return give(list);
        list.push(cursor.value);
        cursor.continue();
      };
    });
  }

  async function recall(name) {
    await opened;
    if (!database) return Promise.resolve(memory.about.get(name));
    return inStores("readonly", (entries, about, give) => {
      const found = about.get(name);
      found.onsuccess = () => give(found.result);
    });
  }

  // Sets what is kept under a name where it still is `was`, in one transaction, and gives what is kept then: two tabs
  // never go on with two devices.
  async function replaceKept(name, was, value) {
    await opened;
    if (!database) {
      if ((memory.about.get(name) || null) === was) memory.about.set(name, value);
      return memory.about.get(name);
    }
    return inStores("readwrite", (entries, about, give) => {
      const found = about.get(name);
      found.onsuccess = () => {
        const same = (found.result || null) === was;
        if (same) about.put(value, name);
        give(same ? value : found.result);
      };
    });
  }

  const durable = () => opened.then(() => database !== null);

  desk.kept = {
    keep: keep,
    change: change,
    forget: forget,
    all: kept,
    recall: recall,
    replace: replaceKept,
    durable: durable,
  };
})(window.desk);
