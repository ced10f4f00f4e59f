allow(doctor: Doctor, action, chart: Chart) if
  action in ["read", "write"] and
  chart.patient.doctorId = doctor.id;

# During a shift, the doctor on call reads the charts of the ward.
allow(doctor: Doctor, "read", chart: Chart) if
  shift in doctor.shifts and
  shift.wardId = chart.patient.wardId and
  shift.startsAt <= Clock.now() and
  Clock.now() < shift.endsAt;

test "the doctor of the patient" {
  assert allow(ivan, action, chart) iff action in ["read", "write"];
}

test "a doctor on call" {
  assert allow(lena, action, chart) iff action in ["read"];
  assert_not allow(lena, "read", elsewhere);
}

test "a shift that is over" {
  assert_not allow(nora, "read", chart);
}
