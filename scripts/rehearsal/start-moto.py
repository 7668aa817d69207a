"""Starts moto 5.2 as a server on which a deploy goes as on AWS: what moto lacks of change sets is added here.

- A template that cfn-lint merely warns of is accepted, as CloudFormation does.
- A change set that is not there can be deleted, and one that was executed leaves the stack's outputs.
- A resource with a name of its own that exists already is refused, unless the change set says ImportExistingResources:
  then the bucket that an earlier stack left becomes the new one's.
"""

import copy
import json

import moto.cloudformation.models as cloudformation
import moto.cloudformation.responses as responses
import moto.s3.models as s3
import moto.server
import moto.stepfunctions.models as stepfunctions

_validate = cloudformation.validate_template_cfn_lint
cloudformation.validate_template_cfn_lint = lambda template: [
    match for match in _validate(template) if match.rule.id.startswith("E")
]

# moto 5.2.1 copies a state machine deeply when its stack is updated, and a lock in it can't be copied.
stepfunctions.StateMachine.__deepcopy__ = lambda self, memo: copy.copy(self)

Backend = cloudformation.CloudFormationBackend
importing: dict[str, bool] = {}
executing = {"imports": False}

_create = responses.CloudFormationResponse.create_change_set


def create_change_set(self):
    importing[self._get_param("ChangeSetName")] = self._get_bool_param("ImportExistingResources", False)
    return _create(self)


responses.CloudFormationResponse.create_change_set = create_change_set

_delete = Backend.delete_change_set


def delete_change_set(self, change_set_name):
    known = self.change_sets
    if change_set_name in known or any(c.change_set_name == change_set_name for c in known.values()):
        _delete(self, change_set_name)


Backend.delete_change_set = delete_change_set

_execute = Backend.execute_change_set


def execute_change_set(self, change_set_name, stack_name=None):
    change_set = self.describe_change_set(change_set_name)
    executing["imports"] = importing.get(change_set.change_set_name, False)
    _execute(self, change_set_name, stack_name)
    stack = self.stacks[change_set.stack_id]
    stack.template_dict = json.loads(change_set.template)
    stack.output_map = stack._create_output_map()


Backend.execute_change_set = execute_change_set

_make_bucket = s3.FakeBucket.create_from_cloudformation_json.__func__


def make_bucket(cls, resource_name, cloudformation_json, account_id, region_name, **more):
    existing = s3.s3_backends[account_id]["aws"].buckets.get(resource_name)
    retained = cloudformation_json.get("DeletionPolicy") == "Retain"
    if existing is not None and executing["imports"] and retained:
        return existing
    return _make_bucket(cls, resource_name, cloudformation_json, account_id, region_name, **more)


s3.FakeBucket.create_from_cloudformation_json = classmethod(make_bucket)

moto.server.main()
