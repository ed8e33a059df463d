// Photos made smaller on the phone, upright, before they wait for a signal.
import { t } from "./words.js";

const LONGEST = 1600, QUALITY = 0.8, MOST_BYTES = 60 * 1024 * 1024, MOST_PHOTOS = 6;
const shown = new WeakMap();

export async function shrink(file) {
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) throw new Error(t("“{name}”不是照片", { name: file.name }));
  if (file.size > MOST_BYTES) throw new Error(t("“{name}”有 {n} MB，过大", { name: file.name, n: Math.round(file.size / 1e6) }));
  let image;
  try {
    image = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error(t("“{name}”读不出，请重拍", { name: file.name }));
  }
  const factor = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * factor);
  canvas.height = Math.round(image.height * factor);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  return { name: "photo.jpg", type: "image/jpeg", bytes: await blob.arrayBuffer() };
}

export function preview(photo) {
  if (!shown.has(photo)) shown.set(photo, URL.createObjectURL(new Blob([photo.bytes], { type: photo.type })));
  return shown.get(photo);
}

// The photos taken, each with a button that takes it away.
export function figures(photos) {
  return photos.map((photo, i) => `<figure><img src="${preview(photo)}" alt="${t("照片 {n}", { n: i + 1 })}"><button type="button" data-drop="${i}" aria-label="${t("删去照片 {n}", { n: i + 1 })}">×</button></figure>`).join("");
}

// Add the files of an input, shrunk, up to as many as the server takes; what does not fit is told.
export async function add(photos, files, say) {
  for (const file of files) {
    if (photos.length >= MOST_PHOTOS) { say(t("最多 {n} 张照片", { n: MOST_PHOTOS })); break; }
    try { photos.push(await shrink(file)); } catch (error) { say(error.message); }
  }
}
