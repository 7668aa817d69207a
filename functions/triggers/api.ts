import { type APIGatewayProxyResult, handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { onLambda } from '../adapter/on-lambda.ts';
import { createApi } from './api/app.ts';

export { createApi };

/** The HTTP API, behind an HTTP API of API Gateway (payload format 2.0). */
export const handler = onLambda<LambdaEvent, APIGatewayProxyResult>((services) => {
  const answer = handle(createApi(services));
  return (event, invocation) => answer(event, invocation as LambdaContext | undefined);
});
