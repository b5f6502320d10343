// A stand-in for Worker on pages from disk, where browsers refuse workers: the script runs in a hidden frame.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.frame = frame.contentWindow;
      this.ready = new Promise((resolve) => (this.frame.resolve = resolve));
      window.addEventListener("message", (event) => this.receive(event));
      const page = this.frame.document;
      page.open();
      page.write(`<script>
        // Inside a worker, postMessage goes to its maker, and importScripts loads in order.
        window.postMessage = (message) => parent.postMessage(message, "*");
        window.importScripts = (...urls) => urls.reduce((before, url) => before.then(() => new Promise((loaded) => {
          const script = document.createElement("script");
          script.src = url;
          script.onload = loaded;
          document.head.append(script);
        })), Promise.resolve());
      </script><script src="${url}" onload="resolve()"></script>`);
      page.close();
    }

    receive(event) {
      if (event.source !== this.frame) return;
      this.dispatchEvent(new MessageEvent("message", { data: event.data }));
      this.onmessage?.(event);
    }

    async postMessage(message) {
      await this.ready;
      this.frame.dispatchEvent(new MessageEvent("message", { data: structuredClone(message) }));
    }

    terminate() {
      this.frame.frameElement.remove();
    }
  };
}
