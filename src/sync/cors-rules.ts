/** The rules under which a bucket lets the app's page speak to it, to be pasted at the provider. */

/** In the form of S3's PutBucketCors, which provider's consoles and `aws s3api put-bucket-cors` take. */
export interface CorsRules {
  readonly CORSRules: readonly {
    readonly AllowedOrigins: readonly string[];
    readonly AllowedMethods: readonly string[];
    readonly AllowedHeaders: readonly string[];
    readonly ExposeHeaders: readonly string[];
    readonly MaxAgeSeconds: number;
  }[];
}

/** `origin` is the app's own, such as `https://crm.example.com`. */
export function corsRules(origin: string): CorsRules {
  return {
    CORSRules: [
      {
        AllowedOrigins: [origin],
        AllowedMethods: ['GET', 'PUT', 'DELETE', 'HEAD'],
        AllowedHeaders: ['*'],
        // By `Date` a device finds out that its own clock is wrong.
        ExposeHeaders: ['ETag', 'Date'],
        MaxAgeSeconds: 3600,
      },
    ],
  };
}

export function corsJson(origin: string): string {
  return JSON.stringify(corsRules(origin), null, 2);
}
