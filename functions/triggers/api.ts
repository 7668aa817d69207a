import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { onLambda } from '../adapter/on-lambda.ts';
import { createApi } from './api/app.ts';

export { createApi };

/** The HTTP API, behind an HTTP API of API Gateway (payload format 2.0). */
export const handler = onLambda<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>((services) => {
  const answer = handle(createApi(services));
  // Hono has types of its own for what API Gateway and Lambda give.
  return async (event, invocation) => answer(event as LambdaEvent, invocation as LambdaContext | undefined);
});
