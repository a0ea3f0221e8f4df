// A photograph becomes a JPEG of at most 1600 px, upright, and coarser until it has at most as many bytes as are asked for;
// one that the browser cannot read (HEIC on most) is refused here and goes as it is: the server knows how.
const SIDE = 1600;
const QUALITY = 0.82;
const COARSEST = 0.4;

export async function shrink(file, most = Infinity) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const ratio = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * ratio);
  canvas.height = Math.round(bitmap.height * ratio);
  const pen = canvas.getContext("2d", { alpha: false });
  pen.fillStyle = "#fff"; // a transparent PNG would turn black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const packed = (quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  let quality = QUALITY;
  let blob = await packed(quality);
  while (blob?.size > most && quality > COARSEST) blob = await packed(quality -= 0.14);
  if (!blob || (ratio === 1 && blob.size >= file.size)) return file;
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}
