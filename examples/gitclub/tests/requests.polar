test "requests" {
  assert allow_request(alice, home);
  assert allow_request(sam, home);
  assert allow_request(sam, administration);
  assert_not allow_request(alice, administration);
  assert_not allow_request(dan, home);
  assert_not allow_request(eve, administration);
}
