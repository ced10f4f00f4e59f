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

/** The provider that is injected into the loaders. */
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

/** Loads documents in batches. */
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

/** The providers for protocols in which one request loads several documents. */
export const batchedStoreProviders = [Store, OrganizationLoader, BatchedDocumentLoader, CommentLoader];
