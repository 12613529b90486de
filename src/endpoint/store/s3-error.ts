/** The errors of the S3 API: codes, HTTP statuses, sentences, and their XML. */

import { element, xmlDocument } from './xml.ts';

const errors = {
  AccessDenied: [403, 'Access denied: sign the request, with a key pair that may do this.'],
  AuthorizationHeaderMalformed: [
    400,
    'The Authorization header is not one of Signature Version 4.',
  ],
  EntityTooLarge: [400, 'The object is larger than the 16 MiB that this store takes.'],
  IncompleteBody: [400, 'The body ended before all of it had come.'],
  InternalError: [500, 'The store could not read or write its folder. Please try again.'],
  InvalidAccessKeyId: [403, 'There is no such access key here.'],
  InvalidArgument: [400, 'A parameter or header holds a value that it may not have.'],
  InvalidURI: [400, 'The path or query is not the percent-encoding of UTF-8.'],
  KeyTooLongError: [400, 'The key is longer than 1,024 bytes, or than this file system can name.'],
  MethodNotAllowed: [405, 'This method is not allowed on this resource.'],
  NoSuchBucket: [404, 'There is no such bucket here.'],
  NoSuchKey: [404, 'There is no object of that key.'],
  NotImplemented: [501, 'A header or parameter asks for what this store does not do.'],
  PreconditionFailed: [412, 'There is an object of that key already.'],
  RequestTimeTooSkewed: [403, "The request's time and the store's differ by over 15 minutes."],
  SignatureDoesNotMatch: [403, 'The signature is not the one that this request should have.'],
  XAmzContentSHA256Mismatch: [400, 'The body is not the one whose hash was signed.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export interface S3Error {
  readonly type: keyof typeof errors;
}

export function statusOf({ type }: S3Error): number {
  return errors[type][0];
}

/** `resource` is the path that was asked for, as it was written. */
export function s3ErrorXml({ type }: S3Error, resource: string): string {
  return xmlDocument(
    element`<Error><Code>${type}</Code><Message>${errors[type][1]}</Message><Resource>${resource}</Resource></Error>`,
  );
}
