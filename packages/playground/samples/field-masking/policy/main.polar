allow(_: Employee, "read", _: Employee);

allow(employee: Employee, "edit", other: Employee) if
  employee = other or
  is_manager(employee, other);

allow_field(_: Employee, "read", _: Employee, field) if
  field in ["name", "title"];

allow_field(employee: Employee, "read", other: Employee, field) if
  field in ["email", "address"] and
  employee = other;

allow_field(employee: Employee, "read", other: Employee, "salary") if
  is_manager(employee, other);

is_manager(employee: Employee, other: Employee) if
  other.managerId = employee.id;

test "colleagues see names only" {
  assert allow_field(paul, "read", julia, field) iff field in ["name", "title"];
}

test "a person sees the own address, and not the own salary" {
  assert allow_field(julia, "read", julia, field) iff field in ["name", "title", "email", "address"];
}

test "a manager sees the salary" {
  assert allow_field(vera, "read", julia, field) iff field in ["name", "title", "salary"];
}

test "reading and editing" {
  assert allow(paul, "read", julia);
  assert allow(employee, "edit", julia) iff employee in [julia, vera];
}
