allow(user: User, "upload", upload: Upload) if
  upload.project.teamId in user.teamIds and
  upload.size <= 10000000 and
  upload.mediaType in ["image/png", "image/jpeg", "application/pdf"];

allow(user: User, "download", file: File) if
  file.project.teamId in user.teamIds and
  file.scan = "clean";

allow(user: User, "delete", file: File) if file.uploaderId = user.id;

test "members upload small pictures and PDF files" {
  assert allow(user, "upload", photo) iff user in [ann, ben];
  assert_not allow(_, "upload", film);
  assert_not allow(_, "upload", scanned);
  assert_not allow(_, "upload", program);
}

test "members download a file that was scanned" {
  assert allow(user, "download", stored) iff user in [ann, ben];
  assert_not allow(_, "download", fresh);
}

test "the uploader deletes" {
  assert allow(user, "delete", fresh) iff user in [ann];
}
