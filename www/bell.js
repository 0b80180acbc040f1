// What draws a visitor's attention who looks elsewhere. `cargo xtask dist` puts it into `panel.js`.

/**
 * Tells a visitor who looks elsewhere of messages: by the page's title, by a sound, by a desktop notification. The frame says how
 * many messages wait and what the visitor wants; a browser lets no frame of another site ask for notifications, so that the page
 * around it does. A notification says that there is something, and not what: page and lock screen are not the session.
 */
export const makeBell = ({ window, document, later, cancel, listen, unlisten }) => {
  const { navigator, AudioContext, Notification } = window;
  /** What a page says of its title stays; what goes before it is ours. */
  let ours = "";
  let bare = "";
  /** Unread messages of each mount. */
  const counts = [];
  let sound;

  const total = () => {
    let sum = 0;
    for (let i = 0; i < counts.length; i += 1) sum += counts[i];
    return sum;
  };
  const entitle = () => {
    const { title, hidden } = document;
    // A page that has changed it meanwhile has the last word.
    if (title !== ours) bare = title;
    ours = hidden && total() ? "(" + total() + ") " + bare : bare;
    if (title !== ours) document.title = ours;
  };

  /** Two short notes. Before a gesture the browser lets nothing sound, and then nothing is tried. */
  const chime = () => {
    if (!AudioContext || (navigator.userActivation && !navigator.userActivation.hasBeenActive)) return;
    sound = sound || new AudioContext();
    sound.resume();
    const tone = (pitch, delay) => {
      const begin = sound.currentTime + delay;
      const source = sound.createOscillator();
      const volume = sound.createGain();
      source.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, begin);
      volume.gain.exponentialRampToValueAtTime(0.08, begin + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, begin + 0.3);
      source.connect(volume);
      volume.connect(sound.destination);
      source.start(begin);
      source.stop(begin + 0.32);
    };
    tone(784, 0);
    tone(1175, 0.12);
  };

  /** What the browser says of notifications. Some phones have the word for it, and allow none to a page. */
  const permission = () => {
    if (!Notification || !window.isSecureContext) return undefined;
    if (Notification.permission === "default") {
      try {
        // Without permission nothing is shown.
        new Notification("").close();
      } catch {
        return undefined;
      }
    }
    return Notification.permission;
  };

  return ({ name, options, send, show }) => {
    const place = counts.length;
    let manner = {};
    let timer;
    counts[place] = 0;
    listen(document, "visibilitychange", entitle);

    const offer = () => send({
      type: "offer",
      sound: AudioContext ? options.sound !== "off" : undefined,
      notices: options.notifications === "off" ? undefined : permission(),
    });
    const ring = (words) => {
      if (manner.has_sound) chime();
      if (!manner.has_notices || permission() !== "granted") return;
      // One for all tabs: a later one with the same tag takes its place.
      const note = new Notification(name, { body: words, tag: "tieline " + options.channel });
      listen(note, "click", () => {
        window.focus();
        note.close();
        show();
      });
    };
    /** Once for all tabs, and not while the visitor reads it in another one: that would be known within a moment. */
    const ringOnce = (words) => {
      cancel(window, timer);
      timer = later(window, () => {
        const act = (lock) => {
          if (!lock) return;
          try {
            ring(words);
          } catch {
            // Neither sound nor notification is worth an error in somebody's page.
          }
          return new Promise((done) => later(window, done, 1000));
        };
        if (navigator.locks) navigator.locks.request("tieline ring " + options.channel, { ifAvailable: true }, act);
        else act(true);
      }, 400);
    };

    return {
      offer,
      hear({ type, count, words, has_sound, has_notices }) {
        if (type === "manner") manner = { has_sound, has_notices };
        else if (type === "ask_notices") Notification.requestPermission().then(offer, offer);
        else if (type === "unread") {
          if (count > counts[place]) ringOnce(words);
          else if (!count) cancel(window, timer);
          counts[place] = count;
          entitle();
        }
      },
      end() {
        cancel(window, timer);
        unlisten(document, "visibilitychange", entitle);
        counts[place] = 0;
        entitle();
      },
    };
  };
};
