// What the page tells outside itself: phones let only a service worker do that. It keeps nothing and
// answers no requests; whoever touches a notice is led to the page that told it.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead());
});

async function lead() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.length > 0 ? pages[0].focus() : self.clients.openWindow("/match");
}
