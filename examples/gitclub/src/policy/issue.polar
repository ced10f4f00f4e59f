resource Issue {
  permissions = ["read", "close"];
  roles = ["creator"];
  relations = { repository: Repository };

  "read" if "read" on "repository";

  "close" if "maintainer" on "repository";
  "close" if "creator";
}

has_relation(repository: Repository, "repository", issue: Issue) if
  repository = issue.repository;

has_role(user: User, "creator", issue: Issue) if
  user = issue.creator;
