/*
 * Makes the buttons of a report's scenes work: each starts the viewer in the place of the picture above
 * it, and puts the picture back. Runs in the page, from a file too; asks for nothing.
 */
"use strict";
(() => {
  /** Bytes of a splat. */
  const SPLAT = 32;
  /** What a key press turns by, in radians, and comes nearer by. */
  const TURN = Math.PI / 36, NEARER = 0.9;
  const KEYS = {
    ArrowLeft: [-TURN, 0, 1],
    ArrowRight: [TURN, 0, 1],
    ArrowUp: [0, -TURN, 1],
    ArrowDown: [0, TURN, 1],
    "+": [0, 0, NEARER],
    "=": [0, 0, NEARER],
    "-": [0, 0, 1 / NEARER],
  };
  /** How near to straight up or down a camera may look, in radians. */
  const POLE = 0.1;

  /** The library, a promise once it was asked for, and what ends the viewer that is open. */
  let library, end = null;

  async function inflated(base64) {
    const bytes = Uint8Array.from(atob(base64.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function loaded() {
    const packed = document.getElementById("scene-viewer").textContent;
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(await inflated(packed));
    document.head.append(script);
    if (globalThis.SplatViewer === undefined) {
      throw new Error("the viewer may not run in this page");
    }
    return globalThis.SplatViewer;
  }

  /** A file's splats from their planes. */
  async function splatsOf(base64) {
    const planes = await inflated(base64), count = planes.length / SPLAT;
    const bytes = new Uint8Array(planes.length);
    for (let k = 0; k < SPLAT; k++) {
      for (let i = 0; i < count; i++) bytes[SPLAT * i + k] = planes[k * count + i];
    }
    return bytes.buffer;
  }

  function checkWebgl() {
    const context = document.createElement("canvas").getContext("webgl2");
    if (context === null) throw new Error("it has no WebGL 2, or that is turned off");
    context.getExtension("WEBGL_lose_context")?.loseContext();
  }

  /** Keys turn the camera about what it looks at, and bring it nearer. */
  function turned(camera, target, [around, over, nearer], { Vector3 }) {
    const arm = camera.position.clone().sub(target), up = camera.up.clone().normalize();
    arm.applyAxisAngle(up, around).multiplyScalar(nearer);
    const angle = arm.angleTo(up) + over;
    const axis = new Vector3().crossVectors(up, arm).normalize();
    if (angle > POLE && angle < Math.PI - POLE) arm.applyAxisAngle(axis, over);
    camera.position.copy(target).add(arm);
    camera.lookAt(target);
  }

  /** Starts the viewer in a stage; gives what ends it. */
  async function started(stage, { data, look: { from, to, up, focal, background } }) {
    checkWebgl();
    const own = await (library ??= loaded()), buffer = await splatsOf(data);
    const target = new own.Vector3(...to), distance = target.distanceTo(new own.Vector3(...from));
    const fov = 2 * Math.atan(0.5 / focal) * 180 / Math.PI;
    const camera = new own.PerspectiveCamera(fov, 1, distance / 100, distance * 100);
    camera.position.set(...from);
    camera.up.set(...up);
    camera.lookAt(target);
    const renderer = new own.WebGLRenderer({ antialias: false, precision: "highp" });
    renderer.setPixelRatio(devicePixelRatio);
    renderer.setClearColor(new own.Color(`rgb(${background.join()})`), 1);
    const fitted = () => {
      const { clientWidth: width, clientHeight: height } = stage;
      renderer.setSize(width, height);
      camera.aspect = width / height;
      camera.updateProjectionMatrix();
    };
    fitted();
    stage.append(renderer.domElement);
    const viewer = new own.Viewer({
      rootElement: stage,
      renderer,
      camera,
      initialCameraLookAt: to,
      cameraUp: up,
      sharedMemoryForWorkers: false,
      gpuAcceleratedSort: false,
      renderMode: own.RenderMode.OnChange,
      sceneRevealMode: own.SceneRevealMode.Instant,
    });
    // The library listens to the keys of the whole page; here they are the page's, but in the stage.
    const { controls } = viewer;
    controls.stopListenToKeyEvents();
    removeEventListener("keydown", viewer.keyDownListener);
    controls.minPolarAngle = POLE;
    controls.maxPolarAngle = Math.PI - POLE;
    stage.addEventListener("keydown", (event) => {
      const move = KEYS[event.key];
      if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      turned(camera, controls.target, move, own);
    });
    const resized = new ResizeObserver(() => {
      fitted();
      viewer.forceRenderNextFrame();
    });
    resized.observe(stage);
    const ended = async () => {
      resized.disconnect();
      renderer.domElement.remove();
      await viewer.dispose();
      renderer.dispose();
      renderer.forceContextLoss();
    };
    try {
      const splats = await own.SplatLoader.loadFromFileData(buffer, 1, 0, true);
      await viewer.addSplatBuffers([splats], [{}], true, false, false);
      viewer.start();
    } catch (error) {
      await ended();
      throw error;
    }
    return ended;
  }

  /** Wires one scene of the page. */
  function wire(scene) {
    const button = scene.querySelector("button"), said = scene.querySelector("[role=status]");
    const image = scene.parentElement.querySelector("img"), label = button.textContent;
    const named = button.ariaLabel;
    const data = scene.querySelector("script").textContent;
    const look = JSON.parse(scene.dataset.look);
    let close = null;
    const open = async () => {
      const stage = document.createElement("div");
      stage.className = "stage";
      stage.tabIndex = 0;
      stage.setAttribute("role", "application");
      stage.setAttribute("aria-label", image.alt);
      stage.setAttribute("aria-describedby", said.id);
      stage.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
      image.hidden = true;
      image.after(stage);
      button.disabled = true;
      said.textContent = "Starting …";
      let stop = null;
      close = async () => {
        close = end = null;
        stage.remove();
        image.hidden = false;
        button.textContent = label;
        button.ariaLabel = named;
        said.textContent = "";
        await stop?.();
      };
      end = close;
      stage.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || close === null) return;
        close();
        button.focus();
      });
      try {
        stop = await started(stage, { data, look });
        if (close === null) return await stop();
        button.textContent = scene.dataset.back;
        button.ariaLabel = null;
        said.textContent = scene.dataset.help;
        stage.focus({ preventScroll: true });
        // Two frames on, the first one is on the screen.
        requestAnimationFrame(() => requestAnimationFrame(() => stage.dataset.state = "drawn"));
      } catch (error) {
        await close?.();
        said.textContent = `This browser can't show it: ${error.message ?? error}.`;
      } finally {
        button.disabled = false;
      }
    };
    button.addEventListener("click", async () => {
      if (close !== null) return await close();
      await end?.();
      await open();
    });
    scene.hidden = false;
  }

  for (const scene of document.querySelectorAll(".look-around")) wire(scene);
})();
