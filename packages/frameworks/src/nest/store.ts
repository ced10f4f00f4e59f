import { ResourceLoader, type LoadsMany, type LoadsOne } from '@nanook/nestjs';
import { Injectable } from '@nestjs/common';
import {
  Document,
  Organization,
  findComment,
  findDocument,
  findOrganization,
  type Comment,
} from '../domain.js';

/** What the loaders are injected with. */
@Injectable()
class Store {
  readonly organization = findOrganization;
  readonly document = findDocument;
  readonly comment = findComment;
}

@Injectable()
@ResourceLoader(Organization)
class OrganizationLoader implements LoadsOne<Organization, string> {
  constructor(private readonly store: Store) {}
  load(id: string) {
    return this.store.organization(id);
  }
}

@Injectable()
@ResourceLoader(Document)
class DocumentLoader implements LoadsOne<Document, string> {
  constructor(private readonly store: Store) {}
  load(id: string) {
    return this.store.document(id);
  }
}

/** Many at a time. */
@Injectable()
@ResourceLoader(Document)
class BatchedDocumentLoader implements LoadsMany<Document, string> {
  constructor(private readonly store: Store) {}
  loadMany(ids: readonly string[]) {
    return Promise.all(ids.map((id) => this.store.document(id)));
  }
}

@Injectable()
@ResourceLoader('Comment')
class CommentLoader implements LoadsMany<Comment, string> {
  constructor(private readonly store: Store) {}
  loadMany(ids: readonly string[]) {
    return Promise.all(ids.map((id) => this.store.comment(id)));
  }
}

export const storeProviders = [Store, OrganizationLoader, DocumentLoader, CommentLoader];

/** For protocols in which many are asked for at a time. */
export const batchedStoreProviders = [Store, OrganizationLoader, BatchedDocumentLoader, CommentLoader];
