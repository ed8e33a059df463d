// Photos made smaller on the phone, upright, before they wait for a signal.
const LONGEST = 1600, QUALITY = 0.8, MOST_BYTES = 60 * 1024 * 1024;

export async function shrink(file) {
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) throw new Error(`“${file.name}”不是照片`);
  if (file.size > MOST_BYTES) throw new Error(`“${file.name}”有 ${Math.round(file.size / 1e6)} MB，过大`);
  let image;
  try {
    image = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error(`“${file.name}”读不出，请重拍`);
  }
  const factor = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * factor);
  canvas.height = Math.round(image.height * factor);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return { name: "photo.jpg", type: "image/jpeg", bytes: await blob.arrayBuffer() };
}

export function preview(photo) {
  return URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
}
