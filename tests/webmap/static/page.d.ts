// What the type checker is told of our own pages: what is asked for by its id or class is the
// field or form that the template has there, and MapLibre is as its own tests have it. Loose on
// purpose; names, arguments and results of our own functions are checked as they are.
interface ParentNode { querySelector(selector: string): any; querySelectorAll(selector: string): NodeListOf<any> }
interface Document { getElementById(id: string): any; readonly activeElement: any }
interface EventTarget {
  closest(selector: string): any; matches(selector: string): boolean; querySelector(selector: string): any; dataset: DOMStringMap;
  value: any; open: any; form: any; isConnected: boolean; getAttribute(name: string): string | null; setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void; requestSubmit(by?: any): void; id: string; files: any; type: any; src: any; elements: any; click(): void; checked: boolean;
}
interface Element { dataset: DOMStringMap; said?: string }
interface Error { fragment?: string; final?: boolean; status?: number }
interface Event { detail: any }
interface Window { tujing: any; proj4: any }
interface ServiceWorkerRegistration { sync?: { register(tag: string): Promise<void> } }
declare module "*/maplibre-gl.mjs" {
  export const Map: any, NavigationControl: any, ScaleControl: any, Marker: any, Popup: any, LngLat: any, LngLatBounds: any;
  export function setWorkerUrl(address: string): void;
}
